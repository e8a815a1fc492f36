/* prompt_line.c - see prompt_line.h.
 *
 * libedit reads through read_key(), which waits for keys and signals together, so nothing is done in a signal handler:
 * an interrupt becomes the key Ctrl-C, a new size is passed on, and after a stop the line is drawn again. */
#include "prompt_line.h"

#include "chars.h"
#include "mem.h"
#include "prompt_history.h"
#include "prompt_terminal.h"

#include <dlfcn.h>
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CTRL_C = 3 };

/* What is used of the library. */
typedef struct library {
    __typeof__(&el_init) el_init;
    __typeof__(&el_end) el_end;
    __typeof__(&el_set) el_set;
    __typeof__(&el_wset) el_wset;
    __typeof__(&el_get) el_get;
    __typeof__(&el_gets) el_gets;
    __typeof__(&el_source) el_source;
    __typeof__(&el_resize) el_resize;
    __typeof__(&history_init) history_init;
    __typeof__(&history_end) history_end;
    __typeof__(&history) history;
} library;

struct ft_prompt_line {
    const char *prompt;
    library lib;
    EditLine *el;   /* NULL: there is no library */
    History *hist;
    bool dropped, clears; /* the line was given up; the terminal can clear to its end */
    ft_prompt_history file;
    ft_buf line;    /* read without the library */
};

/* ---------------------------------------------------------------- the library */

static bool load(ft_prompt_line *pl)
{
    static const struct {
        const char *name;
        size_t at;
    } wanted[] = {
        {"el_init", offsetof(library, el_init)},           {"el_end", offsetof(library, el_end)},
        {"el_set", offsetof(library, el_set)},             {"el_wset", offsetof(library, el_wset)},
        {"el_get", offsetof(library, el_get)},             {"el_gets", offsetof(library, el_gets)},
        {"el_source", offsetof(library, el_source)},       {"el_resize", offsetof(library, el_resize)},
        {"history_init", offsetof(library, history_init)}, {"history_end", offsetof(library, history_end)},
        {"history", offsetof(library, history)},
    };

    /* Never closed: what it brings along keeps memory of its own until the process ends. */
    void *handle = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return false;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *symbol = dlsym(handle, wanted[i].name);
        if (!symbol)
            return false;
        memcpy((char *)&pl->lib + wanted[i].at, &symbol, sizeof symbol);
    }
    return true;
}

static ft_prompt_line *of(EditLine *el, const library *lib)
{
    void *data = NULL;

    return lib->el_get(el, EL_CLIENTDATA, &data) == 0 ? data : NULL;
}

/* The library passes no argument on: it is reached through this. */
static const library *loaded;

static char *give_prompt(EditLine *el)
{
    static char none[] = "";
    ft_prompt_line *pl = of(el, loaded);

    /* libedit takes it as char * and does not write to it */
    return pl ? (char *)(uintptr_t)pl->prompt : none;
}

/* A character's bytes behind the first. What is no character is U+FFFD. */
static wchar_t read_rest(unsigned char first)
{
    unsigned char bytes[4] = {first};
    size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2, len;

    for (size_t i = 1; i < n; i++) {
        if (read(STDIN_FILENO, &bytes[i], 1) != 1 || (bytes[i] & 0xc0) != 0x80)
            return 0xfffd;
    }
    uint32_t cp = ft_chars_decode(bytes, bytes + n, &len);
    return cp == FT_CHARS_BAD ? 0xfffd : (wchar_t)cp;
}

/* The next key into *c: 1, or 0 at the end. */
static int read_key(EditLine *el, wchar_t *c)
{
    unsigned char byte;

    for (;;) {
        switch (ft_prompt_terminal_wait()) {
        case FT_PROMPT_INTERRUPT:
            *c = CTRL_C;
            return 1;
        case FT_PROMPT_RESIZED:
            loaded->el_resize(el);
            continue;
        case FT_PROMPT_RESUMED:
            /* It believes the terminal to be set for editing still. */
            loaded->el_set(el, EL_PREP_TERM, 0);
            loaded->el_set(el, EL_PREP_TERM, 1);
            loaded->el_set(el, EL_REFRESH);
            continue;
        case FT_PROMPT_KEY:
            break;
        }
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return 0;
        *c = byte < 0xc2 || byte > 0xf4 ? (byte < 0x80 ? byte : 0xfffd) : read_rest(byte);
        return 1;
    }
}

static unsigned char drop_line(EditLine *el, int key)
{
    ft_prompt_line *pl = of(el, loaded);

    (void)key;
    if (pl)
        pl->dropped = true;
    return CC_NEWLINE;
}

/* Characters are the terminal's UTF-8, whatever the locale says. */
static void set_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static bool begin_editing(ft_prompt_line *pl)
{
    const library *lib = &pl->lib;
    const char *term = getenv("TERM");
    HistEvent ev;

    set_locale();
    pl->el = lib->el_init("ftsearch", stdin, stdout, stderr);
    pl->hist = lib->history_init();
    if (!pl->el || !pl->hist)
        return false;
    loaded = lib;
    pl->clears = term && *term && strcmp(term, "dumb") != 0;
    lib->history(pl->hist, &ev, H_SETSIZE, FT_PROMPT_HISTORY_LEN);
    lib->history(pl->hist, &ev, H_SETUNIQUE, 1);
    lib->el_set(pl->el, EL_CLIENTDATA, pl);
    lib->el_set(pl->el, EL_SIGNAL, 0);
    lib->el_set(pl->el, EL_PROMPT, give_prompt);
    lib->el_set(pl->el, EL_EDITOR, "emacs");
    lib->el_set(pl->el, EL_HIST, lib->history, pl->hist);
    lib->el_set(pl->el, EL_GETCFN, read_key);
    lib->el_set(pl->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    lib->el_source(pl->el, NULL);
    lib->el_wset(pl->el, EL_ADDFN, L"ft-drop-line", L"gives up the line", drop_line);
    lib->el_set(pl->el, EL_BIND, "^C", "ft-drop-line", NULL);
    lib->el_set(pl->el, EL_BIND, "-a", "^C", "ft-drop-line", NULL);
    return true;
}

static void end_editing(ft_prompt_line *pl)
{
    if (pl->el)
        pl->lib.el_end(pl->el);
    if (pl->hist)
        pl->lib.history_end(pl->hist);
    pl->el = NULL;
    pl->hist = NULL;
    loaded = NULL;
}

static ft_prompt_event read_edited(ft_prompt_line *pl, ft_str *line)
{
    int len = 0;

    /* By itself it sets the terminal after the prompt is shown: keys hit in between would be echoed twice. */
    pl->lib.el_set(pl->el, EL_PREP_TERM, 1);
    const char *text = pl->lib.el_gets(pl->el, &len);


    if (pl->dropped) {
        fputs(pl->clears ? "^C\033[J\n" : "^C\n", stdout);
        fflush(stdout);
        return FT_PROMPT_DROPPED;
    }
    if (!text || len <= 0)
        return FT_PROMPT_END;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    ft_buf_put(&pl->line, text, (size_t)len);
    ft_buf_putc(&pl->line, '\0');
    *line = (ft_str){(const char *)pl->line.data, (size_t)len};
    return pl->line.failed ? FT_PROMPT_DROPPED : FT_PROMPT_LINE;
}

/* ---------------------------------------------------------------- without it */

static ft_prompt_event read_plain(ft_prompt_line *pl, ft_str *line)
{
    char byte = 0;

    fputs(pl->prompt, stdout);
    fflush(stdout);
    while (byte != '\n') {
        ft_prompt_key key = ft_prompt_terminal_wait();
        if (key == FT_PROMPT_INTERRUPT) {
            fputs("\n", stdout);
            fflush(stdout);
            return FT_PROMPT_DROPPED;
        }
        if (key != FT_PROMPT_KEY)
            continue;
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return FT_PROMPT_END;
        ft_buf_putc(&pl->line, byte == '\n' ? '\0' : byte);
    }
    if (pl->line.failed)
        return FT_PROMPT_DROPPED;
    *line = (ft_str){(const char *)pl->line.data, pl->line.len - 1};
    return FT_PROMPT_LINE;
}

/* ---------------------------------------------------------------- either way */

static void recall(void *arg, const char *text)
{
    ft_prompt_line *pl = arg;
    HistEvent ev;

    if (pl->el)
        pl->lib.history(pl->hist, &ev, H_ENTER, text);
}

ft_status ft_prompt_line_open(ft_prompt_line **out, const char *prompt, ft_error *err)
{
    ft_prompt_line *pl = ft_alloc_zero(1, sizeof *pl);

    *out = pl;
    if (!pl)
        return ft_fail_nomem(err);
    pl->prompt = prompt;
    if (!load(pl) || !begin_editing(pl))
        end_editing(pl);
    ft_prompt_history_open(&pl->file, recall, pl);
    return FT_OK;
}

ft_prompt_event ft_prompt_line_read(ft_prompt_line *pl, ft_str *line)
{
    ft_buf_reset(&pl->line);
    pl->dropped = false;
    ft_prompt_terminal_editing(true);
    ft_prompt_event event = pl->el ? read_edited(pl, line) : read_plain(pl, line);
    ft_prompt_terminal_editing(false);
    return event;
}

void ft_prompt_line_remember(ft_prompt_line *pl, ft_str line)
{
    recall(pl, line.ptr);
    ft_prompt_history_add(&pl->file, line);
}

void ft_prompt_line_close(ft_prompt_line *pl)
{
    if (!pl)
        return;
    end_editing(pl);
    ft_prompt_history_release(&pl->file);
    ft_buf_release(&pl->line);
    ft_free(pl);
}
