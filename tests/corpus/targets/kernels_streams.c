/* Kernels that sweep over more than any cache holds: 256 MB and more in total, but for the text of csv (64 MB). */
#include "kernels.h"

static void take_three(struct State* s) {
  s->n = choose(s, 12000000, 12000);
  s->a = take_doubles(s->n);
  s->b = take_doubles(s->n);
  s->c = take_doubles(s->n);
  s->out = s->a;
  s->bytes = 32.0 * (double)s->n; /* two loads, a store, its line */
  s->iterations = (double)s->n;
  s->flops = 2.0 * (double)s->n;
  s->step = sizeof(double);
}

static void take_two(struct State* s) {
  s->n = choose(s, 16000000, 16000);
  s->a = take_doubles(s->n);
  s->b = take_doubles(s->n);
  s->out = s->a;
  s->bytes = 24.0 * (double)s->n; /* a load, a store, its line */
  s->iterations = (double)s->n;
  s->step = sizeof(double);
}

KERNEL static void triad(struct State* s) {
  double* restrict a = s->a;
  const double *b = s->b, *c = s->c;
  for (size_t i = 0; i < s->n; ++i) a[i] = b[i] + 3.0 * c[i];
}

KERNEL static void copy(struct State* s) {
  double* restrict a = s->a;
  const double* b = s->b;
  for (size_t i = 0; i < s->n; ++i) a[i] = b[i];
}

static void prepare_scale(struct State* s) {
  take_two(s);
  s->flops = (double)s->n;
}

KERNEL static void scale(struct State* s) {
  double* restrict a = s->a;
  const double* b = s->b;
  for (size_t i = 0; i < s->n; ++i) a[i] = 3.0 * b[i];
}

/* As triad, but the compiler cannot know that the arrays are apart: it tests it and keeps two versions. */
KERNEL static void update(struct State* s) {
  double *a = s->a, *b = s->b, *c = s->c;
  const size_t n = s->n;
  for (size_t i = 0; i < n; ++i) a[i] = b[i] + 3.0 * c[i];
}

static void prepare_stencil(struct State* s) {
  s->n = choose(s, 4096, 128); /* rows and columns: three rows stay in the caches, so each element is loaded once */
  s->a = take_doubles(s->n * s->n);
  s->b = take_doubles(s->n * s->n);
  s->out = (double*)s->a + s->n; /* the first row is never written */
  const double inner = (double)(s->n - 2) * (double)(s->n - 2);
  s->bytes = 8.0 * (double)s->n * (double)s->n + 16.0 * inner;
  s->iterations = inner;
  s->flops = 5.0 * inner;
  s->step = sizeof(double);
}

KERNEL static void stencil(struct State* s) {
  const size_t n = s->n;
  double* restrict a = s->a;
  const double* b = s->b;
  for (size_t i = 1; i + 1 < n; ++i)
    for (size_t j = 1; j + 1 < n; ++j)
      a[i * n + j] = 0.25 * (b[i * n + j - 1] + b[i * n + j + 1] + b[(i - 1) * n + j] + b[(i + 1) * n + j]) - b[i * n + j];
}

static void prepare_sum(struct State* s) {
  s->n = choose(s, 32000000, 32000);
  s->a = take_doubles(s->n);
  s->bytes = 8.0 * (double)s->n;
  s->iterations = s->flops = (double)s->n;
  s->step = sizeof(double);
}

KERNEL static void sum(struct State* s) {
  const double* a = s->a;
  double total = 0;
  for (size_t i = 0; i < s->n; ++i) total += a[i];
  s->checksum += total;
}

static void prepare_integers(struct State* s) {
  s->n = choose(s, 64000000, 64000);
  uint32_t* a = take(s->n * sizeof *a);
  for (size_t i = 0; i < s->n; ++i) a[i] = (uint32_t)i;
  s->a = a;
  s->bytes = 4.0 * (double)s->n;
  s->iterations = (double)s->n;
  s->step = sizeof *a;
}

KERNEL static void sum_integers(struct State* s) {
  const uint32_t* a = s->a;
  uint32_t total = 0;
  for (size_t i = 0; i < s->n; ++i) total += a[i];
  s->checksum += total;
}

enum { row_elements = 512 }; /* 4 KB of int64_t */

static void prepare_gather_rows(struct State* s) {
  s->n = choose(s, 65536, 64); /* rows: 256 MB; a power of two */
  int64_t* rows = take(s->n * row_elements * sizeof *rows);
  for (size_t i = 0; i < s->n * row_elements; ++i) rows[i] = (int64_t)(i & 255);
  uint32_t* order = take(s->n * sizeof *order);
  uint64_t seed = 42;
  for (size_t i = 0; i < s->n; ++i) order[i] = (uint32_t)(next_random(&seed) >> 20) & (uint32_t)(s->n - 1);
  s->a = rows;
  s->b = order;
  s->iterations = (double)s->n * row_elements;
  s->bytes = 8.0 * s->iterations;
  s->step = sizeof *rows;
}

KERNEL static void gather_rows(struct State* s) {
  const int64_t* rows = s->a;
  const uint32_t* order = s->b;
  int64_t total = 0;
  for (size_t r = 0; r < s->n; ++r) {
    const int64_t* row = rows + (size_t)order[r] * row_elements;
    for (size_t i = 0; i < row_elements; ++i) total += row[i];
  }
  s->checksum += (double)total;
}

static void prepare_csv(struct State* s) {
  s->n = choose(s, (size_t)64 << 20, (size_t)64 << 10);
  char* text = take(s->n);
  static const char line[] = "12,3456,789,1,22222,0\n";
  for (size_t i = 0; i < s->n; ++i) text[i] = line[i % (sizeof line - 1)];
  s->a = text;
  s->bytes = s->iterations = (double)s->n;
  s->step = 1;
}

KERNEL static void csv(struct State* s) {
  const char* text = s->a;
  uint64_t fields = 0, lines = 0, number = 0, total = 0;
  for (size_t i = 0; i < s->n; ++i) {
    const unsigned char c = (unsigned char)text[i];
    if (c == ',' || c == '\n') {
      total += number;
      number = 0;
      ++fields;
      lines += c == '\n';
    } else {
      number = number * 10 + (c - '0');
    }
  }
  s->checksum += (double)(total % 1000003 + fields + lines);
}

const struct Kernel stream_kernels[] = {
    {"triad", take_three, triad},
    {"copy", take_two, copy},
    {"scale", prepare_scale, scale},
    {"update", take_three, update},
    {"stencil", prepare_stencil, stencil},
    {"sum", prepare_sum, sum},
    {"sum_integers", prepare_integers, sum_integers},
    {"gather_rows", prepare_gather_rows, gather_rows},
    {"csv", prepare_csv, csv},
    {0, 0, 0},
};
