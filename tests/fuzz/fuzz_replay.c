/* fuzz_replay.c - runs a fuzz target without libFuzzer: on each saved input of a folder, on the empty input, and on
 * seeded random mutations of them. Works under any compiler and sanitizer.
 *
 *     build/tests/fuzz/fuzz_NAME [FOLDER [MUTATIONS]] */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (1u << 20)
#define MAX_FILES 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    uint8_t *data;
    size_t len;
} input;

static input inputs[MAX_FILES];
static size_t n_inputs;
static uint64_t state = 7501;

static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((state >> 33) * n) >> 31);
}

/* A block of just this size, so that a sanitizer sees the first byte read past the end. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);

    if (!exact)
        abort();
    if (len)
        memcpy(exact, data, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

static int read_input(const char *folder, const char *name)
{
    char path[4096];
    static uint8_t data[MAX_BYTES];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "cannot read %s\n", path);
        return -1;
    }
    input *in = &inputs[n_inputs++];
    in->len = fread(data, 1, sizeof data, f);
    fclose(f);
    in->data = malloc(in->len + 1);
    if (!in->data)
        abort();
    memcpy(in->data, data, in->len);
    return 0;
}

static int read_folder(const char *folder)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort), failed = 0;

    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.' && n_inputs < MAX_FILES)
            failed |= read_input(folder, names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return failed;
}

/* One to eight edits: a bit, a byte, a stretch removed, doubled, overwritten, or taken from another input. */
static size_t mutate(uint8_t *data, size_t len, size_t room)
{
    static const uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xff, '"', '(', ')', '\\', '\n', '{', 0xc3, 0xe2, 0xf0};

    for (uint32_t edits = 1 + below(8); edits > 0; edits--) {
        uint32_t at = len ? below((uint32_t)len) : 0, n = len ? 1 + below((uint32_t)(len - at)) : 0;
        const input *other = &inputs[below((uint32_t)n_inputs)];
        switch (len ? below(7) : 6) {
        case 0:
            data[at] ^= (uint8_t)(1u << below(8));
            break;
        case 1:
            data[at] = telling[below(sizeof telling)];
            break;
        case 2:
            data[at] = (uint8_t)below(256);
            break;
        case 3:
            memmove(data + at, data + at + n, len - at - n);
            len -= n;
            break;
        case 4:
            if (len + n <= room) {
                memmove(data + at + n, data + at, len - at);
                len += n;
            }
            break;
        case 5:
            memset(data + at, telling[below(sizeof telling)], n < 16 ? n : 16);
            break;
        default:
            if (other->len > 0) {
                uint32_t from = below((uint32_t)other->len), take = 1 + below((uint32_t)(other->len - from));
                if (at + take <= room) {
                    memcpy(data + at, other->data + from, take);
                    len = len > at + take ? len : at + take;
                }
            }
        }
    }
    return len;
}

int main(int argc, char **argv)
{
    static uint8_t data[MAX_BYTES + 4096];
    long mutations = argc > 2 ? strtol(argv[2], NULL, 10) : 2000;

    if (argc > 1 && read_folder(argv[1]) != 0)
        return 1;
    size_t saved = n_inputs;
    if (n_inputs == 0) {
        inputs[0] = (input){(uint8_t *)strdup("{\"id\": 1, \"text\": \"caf\xc3\xa9 (a OR \\u00e9)\"}\n"), 0};
        inputs[0].len = strlen((char *)inputs[0].data);
        n_inputs = 1;
    }
    run(NULL, 0);
    for (size_t i = 0; i < n_inputs; i++)
        run(inputs[i].data, inputs[i].len);
    for (long i = 0; i < mutations; i++) {
        const input *in = &inputs[below((uint32_t)n_inputs)];
        memcpy(data, in->data, in->len);
        run(data, mutate(data, in->len, sizeof data));
    }
    printf("%zu saved inputs, %ld mutations\n", saved, mutations);
    for (size_t i = 0; i < n_inputs; i++)
        free(inputs[i].data);
    return 0;
}
