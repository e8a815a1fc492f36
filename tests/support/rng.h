/* rng.h - the one source of chance in the tests: everything random follows from a seed. */
#ifndef FT_RNG_H
#define FT_RNG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ft_rng {
    uint64_t state;
} ft_rng;

/* FT_SEED of the environment, or the fixed seed of an ordinary run. */
uint64_t ft_rng_seed(void);
/* A stream of its own for each name, so that adding a test changes no other. */
ft_rng ft_rng_named(uint64_t seed, const char *name);

uint64_t ft_rng_next(ft_rng *r);
/* 0 <= result < n; n > 0. */
uint32_t ft_rng_below(ft_rng *r, uint32_t n);
/* Both ends included. */
uint32_t ft_rng_between(ft_rng *r, uint32_t low, uint32_t high);
/* 0 <= result < 1. */
double ft_rng_unit(ft_rng *r);
/* True in `percent` of 100 calls. */
bool ft_rng_chance(ft_rng *r, unsigned percent);

/* A number of the environment (FT_QUERIES, ...), or the default. */
unsigned ft_rng_env(const char *name, unsigned otherwise);

#endif
