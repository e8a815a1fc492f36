/* cpu.c - choosing kernels; see cpu.h. */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

ft_kernels ft_cpu;

typedef struct kernel_set {
    const char *name;
    bool (*has)(void);
    void (*take)(ft_kernels *k);
} kernel_set;

#if defined(__x86_64__)
static bool has_sse41(void)
{
    return __builtin_cpu_supports("sse4.1");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}

/* A machine that has one has those before it. */
static const kernel_set sets[] = {
    {"sse41", has_sse41, ft_kernels_take_sse41},
    {"avx2", has_avx2, ft_kernels_take_avx2},
    {"avx512", has_avx512, ft_kernels_take_avx512},
    {NULL, NULL, NULL},
};
#else
static const kernel_set sets[] = {{NULL, NULL, NULL}};
#endif

/* The best set up to the one of that name, or of all. */
static void take_sets(const char *upto, ft_kernels *out)
{
    *out = ft_kernels_scalar;
    for (const kernel_set *s = sets; s->name && s->has() && (!upto || strcmp(out->name, upto) != 0); s++)
        s->take(out);
}

bool ft_kernels_named(const char *name, ft_kernels *out)
{
    take_sets(name, out);
    return strcmp(out->name, name) == 0;
}

__attribute__((constructor)) static void choose(void)
{
    const char *wanted = getenv("FT_CPU");

    if (!wanted || !ft_kernels_named(wanted, &ft_cpu))
        take_sets(NULL, &ft_cpu);
}
