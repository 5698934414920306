/* memset and memcpy of the C library over more than the caches. How the library stores (rep, non-temporal or ordinary
 * stores) decides about the traffic, and its own thresholds, asked of its loader, say how. */
#include <stdio.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "kernels.h"

#if defined(__x86_64__)
/* Enhanced rep movsb/stosb: leaf 7, EBX bit 9. */
static int has_fast_rep(void) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && ebx >> 9 & 1;
}

static size_t read_non_temporal_threshold(void) {
  FILE* loader = popen("/lib64/ld-linux-x86-64.so.2 --list-tunables", "r");
  unsigned long found = ~0UL;
  char line[256];
  while (loader && fgets(line, sizeof line, loader)) sscanf(line, "glibc.cpu.x86_non_temporal_threshold: 0x%lx", &found);
  if (loader) pclose(loader);
  return found;
}

static int memset_reads_lines(void) { return !has_fast_rep(); }

/* glibc 2.36: non-temporal from its threshold on; below, Intel's cores get rep movs, AMD's only up to the second cache. */
static int memcpy_reads_lines(size_t size) {
  if (size >= read_non_temporal_threshold()) return 0;
  return !has_fast_rep() || __builtin_cpu_is("amd");
}
#else
static int memset_reads_lines(void) { return 1; }
static int memcpy_reads_lines(size_t size) { return size > 0; }
#endif

static void prepare_memset(struct State* s) {
  s->n = choose(s, (size_t)256 << 20, (size_t)256 << 10);
  s->a = take(s->n);
  memset(s->a, 1, s->n);
  s->bytes = (memset_reads_lines() ? 2.0 : 1.0) * (double)s->n;
  s->out = s->a;
}

KERNEL static void call_memset(struct State* s) { memset(s->a, 0, s->n); }

static void prepare_memcpy(struct State* s) {
  s->n = choose(s, (size_t)128 << 20, (size_t)128 << 10);
  s->a = take_doubles(s->n / sizeof(double));
  s->b = take_doubles(s->n / sizeof(double));
  s->bytes = (memcpy_reads_lines(s->n) ? 3.0 : 2.0) * (double)s->n;
  s->out = s->a;
}

KERNEL static void call_memcpy(struct State* s) { memcpy(s->a, s->b, s->n); }

const struct Kernel libc_kernels[] = {
    {"memset", prepare_memset, call_memset},
    {"memcpy", prepare_memcpy, call_memcpy},
    {0, 0, 0},
};
