/* The rows of kernels_fortran.f90. */
#include "kernels.h"

void f_triad(size_t n, double* a, const double* b, const double* c);
void f_rows(size_t n, size_t m, const double* a, double* total);
void f_horner(size_t n, size_t m, const double* a, double* total);

static void prepare_triad(struct State* s) {
  s->n = choose(s, 12000000, 12000);
  s->a = take_doubles(s->n);
  s->b = take_doubles(s->n);
  s->c = take_doubles(s->n);
  s->out = s->a;
  s->bytes = 32.0 * (double)s->n;
  s->iterations = (double)s->n;
  s->flops = 2.0 * (double)s->n;
  s->step = sizeof(double);
}

static void triad(struct State* s) { f_triad(s->n, s->a, s->b, s->c); }

static void prepare_rows(struct State* s) {
  s->n = choose(s, 8192, 64); /* 64 KB from one column to the next */
  s->m = choose(s, 4096, 64);
  s->a = take_doubles(s->n * s->m);
  s->iterations = s->flops = (double)(s->n / 8 * s->m);
  s->bytes = 64 * s->iterations;
  s->step = (double)(s->n * sizeof(double));
}

static void rows(struct State* s) { f_rows(s->n, s->m, s->a, &s->checksum); }

static void prepare_horner(struct State* s) {
  s->n = 1000;
  s->m = choose(s, 4000, 10);
  s->a = take_doubles(s->n);
  s->iterations = (double)s->n * (double)s->m;
  s->flops = 2 * s->iterations;
  s->step = sizeof(double);
}

static void horner(struct State* s) { f_horner(s->n, s->m, s->a, &s->checksum); }

const struct Kernel fortran_kernels[] = {
    {"f_triad", prepare_triad, triad},
    {"f_rows", prepare_rows, rows},
    {"f_horner", prepare_horner, horner},
    {0, 0, 0},
};
