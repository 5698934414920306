/* Kernels of vectors, and products of matrices. Vectors are the compiler's own extension: they are packed at -O2, too. */
#include "kernels.h"

typedef double Doubles __attribute__((vector_size(32)));
typedef uint32_t Words __attribute__((vector_size(32)));

static void prepare_fma(struct State* s) {
  s->m = choose(s, 1000000, 1000);
  s->iterations = (double)s->m;
  s->flops = 8 * 4 * 2.0 * s->iterations;
}

/* Eight independent sums of four: the multipliers are full, nothing waits, no memory. */
KERNEL static void fma_many(struct State* s) {
  Doubles v[8];
  for (int k = 0; k < 8; ++k) v[k] = (Doubles){k, k + 1, k + 2, k + 3};
  Doubles v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3], v4 = v[4], v5 = v[5], v6 = v[6], v7 = v[7];
  const Doubles half = {0.5, 0.5, 0.5, 0.5}, one = {1, 1, 1, 1};
  for (size_t i = 0; i < s->m; ++i) {
    v0 = v0 * half + one, v1 = v1 * half + one, v2 = v2 * half + one, v3 = v3 * half + one;
    v4 = v4 * half + one, v5 = v5 * half + one, v6 = v6 * half + one, v7 = v7 * half + one;
  }
  v0 += v1 + v2 + v3 + v4 + v5 + v6 + v7;
  s->checksum += v0[0] + v0[1] + v0[2] + v0[3];
}

static void prepare_words(struct State* s) {
  s->n = 512; /* of 32 bytes: 16 KB */
  s->m = choose(s, 8000, 10);
  Words* a = aligned_alloc(32, s->n * sizeof *a);
  if (!a) abort();
  for (size_t i = 0; i < s->n * 8; ++i) ((uint32_t*)a)[i] = (uint32_t)(i * 2654435761U);
  s->a = a;
  s->iterations = (double)s->n * (double)s->m;
  s->step = sizeof *a;
}

/* Whole numbers only: xor, shift, add on packed words of the first cache. */
KERNEL static void mix_words(struct State* s) {
  const Words* a = s->a;
  Words h0 = {1, 2, 3, 4, 5, 6, 7, 8}, h1 = h0 + 9;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) {
      h0 += (a[i] ^ a[i] >> 7) + (a[i] << 3);
      h1 ^= (a[i] + (a[i] << 9)) ^ a[i] >> 11;
    }
  h0 += h1;
  s->checksum += h0[0] ^ h0[3] ^ h0[7];
}

static void prepare_sum_cached(struct State* s) {
  s->n = 50000; /* 200 KB: more than the first cache, less than the second */
  s->m = choose(s, 100, 2);
  uint32_t* a = take(s->n * sizeof *a);
  for (size_t i = 0; i < s->n; ++i) a[i] = (uint32_t)i;
  s->a = a;
  s->iterations = (double)s->n * (double)s->m;
  s->step = sizeof *a;
}

KERNEL static void sum_cached(struct State* s) {
  const uint32_t* a = s->a;
  uint32_t total = 0;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) total = total + (a[i] ^ (uint32_t)round);
  s->checksum += total;
}

static void prepare_matmul(struct State* s, size_t n) {
  s->n = n;
  s->a = take_doubles(n * n);
  s->b = take_doubles(n * n);
  s->c = take_doubles(n * n);
  s->out = s->c;
  s->iterations = (double)(n * n) * (double)n;
  s->flops = 2 * s->iterations;
  s->step = sizeof(double);
}

/* A pass takes a hundred rows only, so that it does not last longer than asked for. */
static void prepare_matmul_ijk(struct State* s) {
  prepare_matmul(s, choose(s, 1000, 40));
  s->m = choose(s, 100, 40);
  s->iterations = (double)(s->n * s->n) * (double)s->m;
  s->flops = 2 * s->iterations;
}

KERNEL static void matmul_ijk(struct State* s) {
  const size_t n = s->n;
  const double *a = s->a, *b = s->b;
  double* restrict c = s->c;
  for (size_t i = 0; i < s->m; ++i)
    for (size_t j = 0; j < n; ++j) {
      double total = 0;
      for (size_t k = 0; k < n; ++k) total += a[i * n + k] * b[k * n + j];
      c[i * n + j] = total;
    }
}

static void prepare_matmul_large(struct State* s) {
  prepare_matmul(s, choose(s, 4096, 40));
  s->m = choose(s, 4, 40);
  s->iterations = (double)(s->n * s->n) * (double)s->m;
  s->flops = 2 * s->iterations;
}

/* The same code over 128 MB, where each step down a column is another page, and its line is gone before the next one. */
static void matmul_large(struct State* s) { matmul_ijk(s); }

static void prepare_matmul_small(struct State* s) {
  prepare_matmul(s, 32); /* 8 KB each */
  s->m = choose(s, 100, 2);
  s->iterations *= (double)s->m;
  s->flops *= (double)s->m;
}

KERNEL static void matmul_small(struct State* s) {
  const size_t n = s->n;
  const double *a = s->a, *b = s->b;
  double* restrict c = s->c;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) c[i * n + j] = (double)round;
      for (size_t k = 0; k < n; ++k)
        for (size_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
    }
}

const struct Kernel vector_kernels[] = {
    {"fma_many", prepare_fma, fma_many},
    {"mix_words", prepare_words, mix_words},
    {"sum_cached", prepare_sum_cached, sum_cached},
    {"matmul_ijk", prepare_matmul_ijk, matmul_ijk},
    {"matmul_large", prepare_matmul_large, matmul_large},
    {"matmul_small", prepare_matmul_small, matmul_small},
    {0, 0, 0},
};
