/* mark.c - a list's passages as the bits of a window, for matching without scores; see eval.h.
 *
 * A block kept as a set of bits is ored in as it is. Others are decoded, and where many of their passages lie in the
 * window they set bytes first, one each: setting bit after bit of the same word would wait for that word every time. */
#include "cpu.h"
#include "eval.h"
#include "mem.h"

#define MANY 32u /* passages of a list in a window, on average, that make the way over bytes worth it */

/* The evaluation's bytes, a passage of a window each; NULL after a failure. */
static unsigned char *window_bytes(ft_eval *eval)
{
    if (!eval->bytes) {
        eval->bytes = ft_arena_zero(eval->arena, FT_WINDOW, 1);
        if (!eval->bytes)
            ft_eval_fail(eval, ft_fail_nomem(eval->err));
    }
    return eval->bytes;
}

/* Ors a block's bitmap, bit 0 of which is passage `first`, into the window [lo, hi), with which it overlaps. */
static void mark_bitmap(const unsigned char *bitmap, uint32_t first, uint32_t n_bits, uint32_t lo, uint32_t hi,
                        uint64_t *bits)
{
    uint32_t from = lo > first ? lo - first : 0, at = first > lo ? first - lo : 0;
    uint32_t n = n_bits - from < hi - lo - at ? n_bits - from : hi - lo - at;

    ft_cpu.or_bits(bits, at, bitmap, from, n);
}

/* Both end before the first passage that is not below hi, at the latest before the numbers behind a block's own. */
static void mark_bits(ft_cursor *c, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    uint32_t i = c->at;

    for (; c->passages[i] < hi; i++) {
        uint32_t at = c->passages[i] - lo;
        bits[at / 64] |= UINT64_C(1) << (at % 64);
    }
    c->at = i;
}

static void mark_bytes(ft_cursor *c, uint32_t lo, uint32_t hi, unsigned char *bytes)
{
    const uint32_t *next = c->passages + c->at;

    for (; next[3] < hi; next += 4) {
        bytes[next[0] - lo] = 1;
        bytes[next[1] - lo] = 1;
        bytes[next[2] - lo] = 1;
        bytes[next[3] - lo] = 1;
    }
    for (; *next < hi; next++)
        bytes[*next - lo] = 1;
    c->at = (uint32_t)(next - c->passages);
}

/* Marks the passages of the block in hand that lie in [lo, hi), in bytes unless that is NULL. */
static void mark_block(ft_cursor *c, uint32_t lo, uint32_t hi, uint64_t *bits, unsigned char *bytes)
{
    if (!c->loaded && !ft_cursor_load_block(c, c->block))
        return;
    if (c->passages[c->at] < lo)
        c->at = ft_cursor_upto(c, c->at, lo);
    if (bytes)
        mark_bytes(c, lo, hi, bytes);
    else
        mark_bits(c, lo, hi, bits);
}

void ft_cursor_mark(ft_cursor *c, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    const ft_postings *p = &c->list;
    bool many = p->df / MANY > p->n_passages / FT_WINDOW, in_bytes = false;

    for (bool more = ft_cursor_seek_block(c, lo); more;) {
        const unsigned char *bitmap = NULL;
        uint32_t first = 0, n_bits = 0, last = ft_postings_block_last(p, c->block);
        if (!c->loaded)
            ft_eval_fail(c->eval, ft_postings_bitmap(p, c->block, &bitmap, &first, &n_bits, c->eval->err));
        if (bitmap && first < hi) {
            mark_bitmap(bitmap, first, n_bits, lo, hi, bits);
        } else if (!bitmap && c->eval->st == FT_OK) {
            mark_block(c, lo, hi, bits, many ? window_bytes(c->eval) : NULL);
            in_bytes |= many;
        }
        if (c->eval->st != FT_OK || last >= hi - 1)
            break;
        c->loaded = false;
        more = ++c->block < p->n_blocks;
    }
    c->eval->held |= in_bytes;
    if (!c->eval->hold)
        ft_eval_take_marks(c->eval, bits);
}

void ft_eval_take_marks(ft_eval *eval, uint64_t bits[FT_WINDOW / 64])
{
    if (eval->held && eval->bytes)
        ft_cpu.take_bytes(eval->bytes, FT_WINDOW / 64, bits);
    eval->held = false;
}
