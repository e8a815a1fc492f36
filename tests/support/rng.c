/* rng.c - splitmix64: tiny, good enough, and the same on every machine. */
#include "rng.h"

#include <stdlib.h>

#define ORDINARY_SEED 7501

uint64_t ft_rng_seed(void)
{
    const char *text = getenv("FT_SEED");

    return text && *text ? strtoull(text, NULL, 0) : ORDINARY_SEED;
}

ft_rng ft_rng_named(uint64_t seed, const char *name)
{
    ft_rng r = {seed};

    for (; *name; name++) {
        r.state ^= (unsigned char)*name;
        ft_rng_next(&r);
    }
    return r;
}

uint64_t ft_rng_next(ft_rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t ft_rng_below(ft_rng *r, uint32_t n)
{
    return (uint32_t)(((ft_rng_next(r) >> 32) * n) >> 32);
}

uint32_t ft_rng_between(ft_rng *r, uint32_t low, uint32_t high)
{
    return low + ft_rng_below(r, high - low + 1);
}

double ft_rng_unit(ft_rng *r)
{
    return (double)(ft_rng_next(r) >> 11) * 0x1p-53;
}

bool ft_rng_chance(ft_rng *r, unsigned percent)
{
    return ft_rng_below(r, 100) < percent;
}

unsigned ft_rng_env(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text && *text ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}
