/* cpu.c - choosing kernels; see cpu.h. */
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

ft_kernels ft_cpu;

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}
#endif

bool ft_kernels_named(const char *name, ft_kernels *out)
{
    if (strcmp(name, "scalar") == 0) {
        *out = ft_kernels_scalar;
        return true;
    }
#if defined(__x86_64__)
    if (strcmp(name, "sse41") == 0 && __builtin_cpu_supports("sse4.1")) {
        *out = ft_kernels_sse41;
        return true;
    }
    if (strcmp(name, "avx2") == 0 && has_avx2()) {
        *out = ft_kernels_avx2;
        return true;
    }
    if (strcmp(name, "avx512") == 0 && has_avx512()) {
        *out = ft_kernels_avx512;
        return true;
    }
#endif
    return false;
}

__attribute__((constructor)) static void choose(void)
{
    const char *wanted = getenv("FT_CPU");

    if (wanted && ft_kernels_named(wanted, &ft_cpu))
        return;
    static const char *const best_first[] = {"avx512", "avx2", "sse41", "scalar"};
    for (unsigned i = 0; i < sizeof best_first / sizeof *best_first; i++)
        if (ft_kernels_named(best_first[i], &ft_cpu))
            return;
}
