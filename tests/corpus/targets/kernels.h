// What the compute and memory kernels of the corpus share: each is two functions, `prepare`, which
// fills its arrays and says what one pass does, and `pass`, which does it. kernels_main.cpp times
// the passes and prints one line of truth per thread. C and C++ alike; they link nothing of ours.
//
// bytes: memory traffic by convention: what is loaded, what is stored, and once more what ordinary
// stores store, since their lines are read first; not for non-temporal and rep stores. Lines (64)
// count for irregular accesses.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Neither inlined nor merged, nor is anything known about its result: the kernel stays what it
 * looks like. */
#ifdef __clang__
#define KERNEL __attribute__((noinline))
#else
#define KERNEL __attribute__((noipa))
#endif

struct State {
  int tiny;          /* a thousandth of the size, for the test of the checksums */
  size_t n, m;       /* elements, and whatever else a kernel counts */
  void *a, *b, *c;   /* arrays; malloc'ed by take() and filled once */
  double bytes;      /* of one pass; 0: stays in the caches, or is not known */
  double iterations; /* of the source's innermost loop, in one pass */
  double flops;
  double step;       /* bytes that the longest stream advances in one iteration of the source; 0: no
                        stream */
  double checksum;   /* of what passes compute; added to */
  const double* out; /* an array of results: its first elements are added, too */
};

struct Kernel {
  const char* name; /* also that of the function that holds its loop */
  void (*prepare)(struct State*);
  void (*pass)(struct State*);
};

/* Ends with a row without name. */
extern const struct Kernel stream_kernels[];
extern const struct Kernel libc_kernels[];
extern const struct Kernel compute_kernels[];
extern const struct Kernel vector_kernels[];
extern const struct Kernel memory_kernels[];
extern const struct Kernel heldout_kernels[];
extern const struct Kernel heldout_more[];
extern const struct Kernel fortran_kernels[];

static inline void* take(size_t bytes) {
  void* block = malloc(bytes);
  if (!block) abort();
  return block;
}

static inline size_t choose(const struct State* s, size_t size, size_t tiny) {
  return s->tiny ? tiny : size;
}

/* Small whole numbers: their sums and products are exact, so every order of adding gives the same
 * checksum. */
static inline double* take_doubles(size_t n) {
  double* p = (double*)take(n * sizeof(double));
  for (size_t i = 0; i < n; ++i) p[i] = (double)(i % 7);
  return p;
}

static inline uint64_t next_random(uint64_t* state) {
  uint64_t x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

#ifdef __cplusplus
}
#endif
