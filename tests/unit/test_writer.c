/* test_writer.c - making, changing and merging indexes through ft_index, and what is on disk then. */
#include "scratch.h"

/* Document `i` of a made-up collection, version `v`; some long, some empty, some in many passages. */
static void add_made_up(ft_index *ix, unsigned i, unsigned v)
{
    static const char *const words[] = {
        "alpha", "beta", "Gamma", "delta's", "running", "\xe6\xbc\xa2\xe5\xad\x97\xe4\xbb\xae",
        "the", "of", "caf\xc3\xa9", "75th", "COVID-19"};
    char id[32], title[64], *text = NULL;
    size_t len;
    unsigned seed = i * 2654435761u + v * 97, n = i % 11 == 0 ? 0 : i % 37 == 5 ? 9000 : i % 150;
    FILE *f = open_memstream(&text, &len);

    for (unsigned k = 0; k < n; k++) {
        seed = seed * 1103515245 + 12345;
        fprintf(f, "%s%s", words[(seed >> 16) % 11], (seed >> 24) % 13 ? " " : (seed >> 24) % 2 ? ". " : "\n\n");
        if ((seed >> 20) % 9 == 0)
            fprintf(f, "w%u ", (seed >> 12) % 5000);
    }
    fclose(f);
    snprintf(id, sizeof id, "doc%u", i);
    title[0] = '\0';
    if (i % 3)
        snprintf(title, sizeof title, "Title %u of beta", i);
    add(ix, id, title, text, i % 2 ? 40 : 0);
    free(text);
}

Test(writer, nothing_committed_leaves_nothing)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    long live = ft_mem_live();
    ft_index *ix = create(path, 1, 0);

    add(ix, "a", "", "text", 0);
    ft_index_close(ix);
    cr_assert_eq(access(path, F_OK), -1, "the directory is gone again");
    cr_assert_eq(mkdir(path, 0700), 0);
    ix = create(path, 2, 0);
    add(ix, "a", "", "text", 0);
    ft_index_close(ix);
    char *names = list(path);
    cr_assert_str_eq(names, "", "%s", names);
    free(names);
    cr_assert_eq(ft_mem_live(), live);
    free(path);
    remove_dir(dir);
}

Test(writer, an_empty_index_is_one)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index *ix = create(path, 1, 0);
    ft_commit_info info = commit(ix);

    cr_assert_eq(info.documents, 0);
    cr_assert(info.index_bytes > 0);
    ft_index_close(ix);
    check(path);
    cr_assert_eq(only_segment(path), 0);
    ix = reopen(path, 1);
    add(ix, "a", "", "one two", 0);
    info = commit(ix);
    cr_assert_eq(info.documents, 1);
    cr_assert_eq(info.tokens, 2);
    info = commit(ix);
    cr_assert_eq(info.documents, 0, "nothing new");
    ft_index_close(ix);
    check(path);
    free(path);
    remove_dir(dir);
}

Test(writer, refuses_what_is_not_its_own)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft"), *file = join(dir, "notes.txt");
    ft_index_options o = {.size = sizeof o, .replace = true};
    ft_error err;
    ft_index *ix;

    fclose(fopen(file, "w"));
    cr_assert_eq(ft_index_create(&ix, dir, &o, &err), FT_EEXIST);
    cr_assert_null(ix);
    cr_assert_eq(access(file, F_OK), 0);
    cr_assert_eq(ft_index_create(&ix, file, &o, &err), FT_EINVAL, "%s", err.text);
    cr_assert_eq(ft_index_open(&ix, path, &o, &err), FT_ENOINDEX);
    cr_assert_eq(access(path, F_OK), -1);
    ix = create(path, 1, 0);
    ft_index *second;
    cr_assert_eq(ft_index_create(&second, path, &o, &err), FT_ELOCKED);
    commit(ix);
    cr_assert_eq(ft_index_open(&second, path, &o, &err), FT_ELOCKED);
    ft_index_close(ix);
    o.replace = false;
    cr_assert_eq(ft_index_create(&ix, path, &o, &err), FT_EEXIST);
    o.lang = "klingon";
    cr_assert_eq(ft_index_create(&ix, path, &o, &err), FT_EINVAL);
    o = (ft_index_options){.size = sizeof o, .has_b = true, .b = 2};
    cr_assert_eq(ft_index_create(&ix, path, &o, &err), FT_EINVAL);
    free(path);
    free(file);
    remove_dir(dir);
}

Test(writer, takes_over_an_unfinished_build)
{
    char *dir = temp_dir(), *left = join(dir, "tmp-segment"), *seg = join(dir, "0123456789abcdef.seg");

    fclose(fopen(left, "w"));
    fclose(fopen(seg, "w"));
    ft_index *ix = create(dir, 1, 0);
    add(ix, "a", "", "one", 0);
    commit(ix);
    ft_index_close(ix);
    cr_assert_eq(access(left, F_OK), -1);
    cr_assert_eq(access(seg, F_OK), -1);
    check(dir);
    free(left);
    free(seg);
    remove_dir(dir);
}

Test(writer, bad_documents_are_refused_and_nothing_else)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index *ix = create(path, 1, 0);
    ft_document doc = {.size = sizeof doc, .text = {"text", 4}};
    ft_error err;
    char *id = calloc(1, 70000);

    cr_assert_eq(ft_index_add(ix, &doc, &err), FT_EINVAL);
    doc.id = (ft_str){id, 65536};
    cr_assert_eq(ft_index_add(ix, &doc, &err), FT_EINVAL);
    doc.id.len = 65535;
    ok(ft_index_add(ix, &doc, &err), &err);
    doc.text.len = (size_t)1 << 32;
    cr_assert_eq(ft_index_add(ix, &doc, &err), FT_EINVAL);
    doc.text.len = 4;
    const ft_line_mark marks[] = {{3, 1}, {2, 2}};
    doc.marks = marks;
    doc.n_marks = 2;
    cr_assert_eq(ft_index_add(ix, &doc, &err), FT_EINVAL);
    doc.size = 0;
    cr_assert_eq(ft_index_add(ix, &doc, &err), FT_EINVAL);
    cr_assert_eq(commit(ix).documents, 1);
    ft_index_close(ix);
    check(path);
    free(id);
    free(path);
    remove_dir(dir);
}

Test(writer, long_titles_are_cut_at_a_character)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index *ix = create(path, 1, 0);
    char *title = malloc(70002);
    ft_error err;
    ft_document doc = {.size = sizeof doc, .id = {"a", 1}, .title = {title, 70001}};
    ft_manifest m;
    ft_segment s;
    ft_doc_entry entry;

    title[0] = 'x';
    for (size_t i = 1; i < 70001; i += 2)
        memcpy(title + i, "\xc3\xa9", 2);
    ok(ft_index_add(ix, &doc, &err), &err);
    title[0] = ' ';
    memset(title + 65530, 0x80, 100);
    doc.id = (ft_str){"b", 1};
    ok(ft_index_add(ix, &doc, &err), &err);
    commit(ix);
    ft_index_close(ix);
    check(path);
    ok(ft_manifest_read(&m, path, &err), &err);
    ok(ft_segment_open(&s, path, &m.segments[0], &err), &err);
    ok(ft_passages_doc(&s.passages, 0, &entry, &err), &err);
    cr_assert_eq(entry.title_len, 65535);
    ok(ft_passages_doc(&s.passages, 1, &entry, &err), &err);
    cr_assert_eq(entry.title_len, 65535);
    ft_segment_close(&s);
    ft_manifest_release(&m);
    free(title);
    free(path);
    remove_dir(dir);
}

Test(writer, positions_and_lengths)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index *ix = create(path, 1, 0);
    ft_error err;
    ft_manifest m;
    ft_segment s;
    ft_postings p;
    bool found;
    uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    const unsigned char *tfs;
    ft_buf positions = {0};

    add(ix, "a", "Red fox", "fox jumps\n\nlazy fox fox", 2);
    add(ix, "b", "", "fox", 0);
    add(ix, "c", "blue", "", 0);
    ft_commit_info info = commit(ix);
    ft_index_close(ix);
    cr_assert_eq(info.passages, 5);
    cr_assert_eq(info.tokens, 9);
    cr_assert_eq(info.terms, 5);
    check(path);
    ok(ft_manifest_read(&m, path, &err), &err);
    ok(ft_segment_open(&s, path, &m.segments[0], &err), &err);
    const uint32_t lengths[] = {4, 2, 1, 1, 1};
    for (uint32_t i = 0; i < 5; i++)
        cr_assert_eq(ft_norms_get(&s.norms, i), lengths[i]);
    ok(ft_segment_term(&s, "fox", 3, &found, &p, &err), &err);
    cr_assert(found);
    cr_assert_eq(p.df, 4);
    ok(ft_postings_passages(&p, 0, passages, &tfs, &err), &err);
    ok(ft_postings_tf_sums(&p, 0, tfs, sums, &err), &err);
    cr_assert(sums[0] == 2 && sums[1] == 3 && sums[2] == 4 && sums[3] == 5);
    ok(ft_postings_positions(&p, 0, sums, 0, &positions, &err), &err);
    uint32_t got[2];
    cr_assert_eq(positions.len, sizeof got);
    memcpy(got, positions.data, sizeof got);
    cr_assert(got[0] == 1 && got[1] == 2 + FT_TITLE_GAP, "%u %u", got[0], got[1]);
    ft_buf_release(&positions);
    ft_segment_close(&s);
    ft_manifest_release(&m);
    free(path);
    remove_dir(dir);
}

Test(writer, threads_and_memory_change_no_byte)
{
    char *dir = temp_dir();
    uint64_t first = 0;

    for (unsigned round = 0; round < 4; round++) {
        static const unsigned threads[] = {1, 2, 3, 7};
        char *path = join(dir, "x.ft");
        ft_index_options o = {
            .size = sizeof o, .threads = threads[round], .memory = round % 2 ? 1 : 0, .replace = true};
        ft_error err;
        ft_index *ix;
        ok(ft_index_create(&ix, path, &o, &err), &err);
        for (unsigned i = 0; i < 3000; i++)
            add_made_up(ix, i, 0);
        cr_assert_eq(commit(ix).documents, 3000);
        ft_index_close(ix);
        uint64_t hash = only_segment(path);
        cr_assert(first == 0 || hash == first);
        first = hash;
        if (round == 0)
            check(path);
        free(path);
    }
    remove_dir(dir);
}

Test(writer, the_last_document_of_an_id_wins)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft"), *plain = join(dir, "y.ft");
    ft_index *ix = create(path, 2, 0);

    add_made_up(ix, 1, 0);
    add_made_up(ix, 2, 0);
    add_made_up(ix, 1, 1);
    delete(ix, "doc2");
    add_made_up(ix, 3, 0);
    add_made_up(ix, 1, 2);
    delete(ix, "doc9");
    ft_commit_info info = commit(ix);
    cr_assert_eq(info.documents, 2);
    cr_assert_eq(info.replaced, 2);
    cr_assert_eq(info.deleted, 1);
    ft_index_close(ix);
    check(path);
    ix = create(plain, 1, 0);
    add_made_up(ix, 3, 0);
    add_made_up(ix, 1, 2);
    commit(ix);
    ft_index_close(ix);
    cr_assert_eq(only_segment(path), only_segment(plain));
    free(path);
    free(plain);
    remove_dir(dir);
}

Test(writer, all_documents_of_a_commit_may_be_gone)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index *ix = create(path, 1, 0);

    add(ix, "a", "", "one", 0);
    cr_assert_not(delete(ix, "a"), "the last commit did not have it");
    ft_commit_info info = commit(ix);
    cr_assert_eq(info.documents, 0);
    cr_assert_eq(info.deleted, 1);
    add(ix, "a", "", "one", 0);
    commit(ix);
    cr_assert(delete(ix, "a"));
    add(ix, "a", "", "two", 0);
    info = commit(ix);
    cr_assert_eq(info.documents, 1);
    cr_assert_eq(info.deleted, 1);
    cr_assert_eq(info.replaced, 0);
    cr_assert(delete(ix, "a"));
    cr_assert(delete(ix, "a"), "until the commit it is there");
    info = commit(ix);
    cr_assert_eq(info.deleted, 1);
    cr_assert_not(delete(ix, "a"));
    ft_error err;
    ok(ft_index_merge(ix, &info, &err), &err);
    cr_assert_eq(info.documents, 0);
    ft_index_close(ix);
    check(path);
    cr_assert_eq(only_segment(path), 0);
    free(path);
    remove_dir(dir);
}

Test(writer, a_merge_is_a_build_of_what_is_live)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft"), *fresh = join(dir, "y.ft");
    ft_index *ix = create(path, 2, 0);
    ft_commit_info info;
    ft_error err;
    char id[32];

    for (unsigned i = 0; i < 400; i++)
        add_made_up(ix, i, 0);
    commit(ix);
    ft_index_close(ix);
    ix = reopen(path, 3);
    for (unsigned i = 100; i < 300; i += 3)
        add_made_up(ix, i, 1);
    cr_assert_eq(commit(ix).replaced, 67);
    for (unsigned i = 0; i < 400; i += 7) {
        snprintf(id, sizeof id, "doc%u", i);
        delete(ix, id);
    }
    add_made_up(ix, 1000, 0);
    commit(ix);
    check(path);
    ok(ft_index_merge(ix, &info, &err), &err);
    uint64_t merged = only_segment(path);
    ok(ft_index_merge(ix, NULL, &err), &err);
    cr_assert_eq(only_segment(path), merged, "nothing more to do");
    ft_index_close(ix);
    check(path);
    ix = create(fresh, 1, 0);
    for (unsigned i = 0; i < 400; i++)
        if (i % 7 && !(i >= 100 && i < 300 && i % 3 == 1))
            add_made_up(ix, i, 0);
    for (unsigned i = 100; i < 300; i += 3)
        if (i % 7)
            add_made_up(ix, i, 1);
    add_made_up(ix, 1000, 0);
    cr_assert_eq(commit(ix).documents, info.documents);
    ft_index_close(ix);
    cr_assert_eq(only_segment(fresh), merged);
    free(path);
    free(fresh);
    remove_dir(dir);
}

Test(writer, replacing_an_index_keeps_it_until_the_commit)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    ft_index_options o = {.size = sizeof o, .replace = true, .lang = "none"};
    ft_error err;
    ft_manifest m;
    ft_index *ix = create(path, 1, 0);

    add(ix, "a", "", "one", 0);
    commit(ix);
    ft_index_close(ix);
    uint64_t old = only_segment(path);
    ok(ft_index_create(&ix, path, &o, &err), &err);
    add(ix, "b", "", "two", 0);
    ft_index_close(ix);
    cr_assert_eq(only_segment(path), old);
    check(path);
    ok(ft_index_create(&ix, path, &o, &err), &err);
    add(ix, "b", "", "two", 0);
    cr_assert_eq(commit(ix).replaced, 0);
    ft_index_close(ix);
    check(path);
    ok(ft_manifest_read(&m, path, &err), &err);
    cr_assert_eq(m.generation, 2);
    cr_assert_str_eq(m.analysis.lang, "none");
    ft_manifest_release(&m);
    char name[64], *names = list(path);
    snprintf(name, sizeof name, "%016llx.seg ", (unsigned long long)only_segment(path));
    cr_assert(strstr(names, name) && strstr(names, "LOCK MANIFEST "), "%s", names);
    cr_assert_eq(strlen(names), strlen(name) + strlen("LOCK MANIFEST "), "%s", names);
    free(names);
    free(path);
    remove_dir(dir);
}

Test(writer, cancel_stops_and_leaves_the_index)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    volatile int cancel = 0;
    ft_index_options o = {.size = sizeof o, .threads = 2, .cancel = &cancel};
    ft_document doc = {.size = sizeof doc, .id = {"z", 1}};
    ft_error err;
    ft_index *ix = create(path, 1, 0);

    add(ix, "a", "", "one", 0);
    commit(ix);
    ft_index_close(ix);
    uint64_t old = only_segment(path);
    for (int at_commit = 0; at_commit < 2; at_commit++) {
        cancel = 0;
        ok(ft_index_open(&ix, path, &o, &err), &err);
        for (unsigned i = 0; i < 500; i++)
            add_made_up(ix, i, 0);
        cancel = 1;
        if (!at_commit)
            cr_assert_eq(ft_index_add(ix, &doc, &err), FT_ECANCELED);
        cr_assert_eq(ft_index_commit(ix, NULL, &err), FT_ECANCELED);
        cr_assert_eq(ft_index_add(ix, &doc, &err), FT_ECANCELED, "it is sticky");
        ft_index_close(ix);
        cr_assert_eq(only_segment(path), old);
        check(path);
    }
    free(path);
    remove_dir(dir);
}

/* ------------------------------------------------ damage */

typedef struct damage {
    unsigned n;
    char file[64];
    uint64_t off;
} damage;

static void count_damage(void *arg, const char *file, uint64_t off, const char *what)
{
    damage *d = arg;

    cr_assert(*what);
    d->n++;
    d->off = off;
    snprintf(d->file, sizeof d->file, "%s", file);
}

Test(writer, check_names_each_damaged_place)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft"), name[32];
    ft_index *ix = create(path, 1, 0);
    ft_error err;

    for (unsigned i = 0; i < 600; i++)
        add_made_up(ix, i, 0);
    commit(ix);
    ft_index_close(ix);
    ft_segment_name(name, only_segment(path));
    char *file = join(path, name);
    FILE *f = fopen(file, "r+b");
    fseek(f, 0, SEEK_END);
    long len = ftell(f);
    for (long off = 7; off < len; off += 4001) {
        damage d = {0};
        fseek(f, off, SEEK_SET);
        int byte = fgetc(f);
        fseek(f, off, SEEK_SET);
        fputc(byte ^ 0x10, f);
        fflush(f);
        cr_assert_eq(ft_check(path, count_damage, &d, &err), FT_ECORRUPT, "byte %ld", off);
        cr_assert(d.n >= 1);
        cr_assert_str_eq(d.file, name);
        cr_assert(d.off <= (uint64_t)off || d.off >= (uint64_t)len - 8192, "byte %ld, told %llu", off,
                  (unsigned long long)d.off);
        fseek(f, off, SEEK_SET);
        fputc(byte, f);
        fflush(f);
    }
    unsigned n_blocks = 0;
    /* without the first and the last block: the frame is there, and what follows cannot be told without it */
    for (long off = 65536 + 100; off + 65536 < len; off += 65536, n_blocks++) {
        fseek(f, off, SEEK_SET);
        fputc(0x5a, f);
        fseek(f, off + 1, SEEK_SET);
        fputc(0xa5, f);
    }
    fflush(f);
    damage many = {0};
    cr_assert_eq(ft_check(path, count_damage, &many, &err), FT_ECORRUPT);
    cr_assert(n_blocks > 1);
    cr_assert_eq(many.n, n_blocks, "of %u damaged blocks %u are told", n_blocks, many.n);
    fclose(f);
    cr_assert_eq(truncate(file, len - 1), 0);
    cr_assert_eq(ft_check(path, NULL, NULL, &err), FT_ECORRUPT);
    cr_assert_eq(unlink(file), 0);
    damage gone = {0};
    cr_assert_eq(ft_check(path, count_damage, &gone, &err), FT_ECORRUPT);
    cr_assert_str_eq(gone.file, name);
    cr_assert_eq(ft_check(dir, NULL, NULL, &err), FT_ENOINDEX);
    free(file);
    free(path);
    remove_dir(dir);
}
