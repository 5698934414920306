/* Kernels whose data stay in the first cache (or in registers): only the core limits them. */
#include <math.h>

#include "kernels.h"

enum { l1_doubles = 1000, rounds = 4000 };

static void prepare_dot(struct State* s) {
  s->n = l1_doubles;
  s->m = choose(s, rounds, 10);
  s->a = take_doubles(s->n);
  s->b = take_doubles(s->n);
  s->iterations = (double)s->n * (double)s->m;
  s->flops = 2 * s->iterations;
  s->step = sizeof(double);
}

/* One sum over all rounds: a single chain of additions, 16 KB of data. */
KERNEL static void dot(struct State* s) {
  const double *a = s->a, *b = s->b;
  double total = 0;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) total += a[i] * b[i];
  s->checksum += total;
}

KERNEL static double short_trip(const double* a, const double* b, size_t n) {
  double total = 0;
  for (size_t i = 0; i < n; ++i) total += a[i] * b[i];
  return total;
}

/* The same in a thousand steps at a time, each called: registers begin anew thousands of times between two samples,
 * so that a rate from their differences is false. */
static void short_trips(struct State* s) {
  for (size_t round = 0; round < s->m; ++round) s->checksum += short_trip(s->a, s->b, s->n);
}

struct Body {
  double x, y, z, vx, vy, vz, mass;
};

enum { body_count = 5 };

static void prepare_nbody(struct State* s) {
  struct Body* bodies = take(body_count * sizeof *bodies);
  for (int i = 0; i < body_count; ++i)
    bodies[i] = (struct Body){3.0 * i, 1.0 + i * i, 0.5 * i, 0.01 * i, -0.02 * i, 0.01, 1.0 + i};
  s->a = bodies;
  s->m = choose(s, 20000, 20);
  s->iterations = 10.0 * (double)s->m;
  s->flops = 20 * s->iterations;
}

KERNEL static void nbody(struct State* s) {
  struct Body* p = s->a;
  for (size_t step = 0; step < s->m; ++step) {
    for (int i = 0; i < body_count; ++i)
      for (int j = i + 1; j < body_count; ++j) {
        const double dx = p[i].x - p[j].x, dy = p[i].y - p[j].y, dz = p[i].z - p[j].z;
        const double square = dx * dx + dy * dy + dz * dz + 0.01;
        const double force = 1e-5 / (square * sqrt(square));
        p[i].vx -= dx * p[j].mass * force, p[i].vy -= dy * p[j].mass * force, p[i].vz -= dz * p[j].mass * force;
        p[j].vx += dx * p[i].mass * force, p[j].vy += dy * p[i].mass * force, p[j].vz += dz * p[i].mass * force;
      }
    for (int i = 0; i < body_count; ++i) p[i].x += 1e-5 * p[i].vx, p[i].y += 1e-5 * p[i].vy, p[i].z += 1e-5 * p[i].vz;
  }
  s->checksum = p[0].x + p[1].y + p[2].z;
}

static void prepare_mandelbrot(struct State* s) {
  s->n = choose(s, 200, 16);
  s->m = 500;
}

KERNEL static void mandelbrot(struct State* s) {
  size_t inside = 0;
  for (size_t row = 0; row < s->n; ++row)
    for (size_t column = 0; column < s->n; ++column) {
      const double cx = -2.0 + 2.6 * (double)column / (double)s->n, cy = -1.0 + 2.0 * (double)row / (double)s->n;
      double x = 0, y = 0;
      size_t k = 0;
      for (; k < s->m && x * x + y * y < 4; ++k) {
        const double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
      }
      inside += k == s->m;
    }
  s->checksum += (double)inside;
}

static void prepare_words(struct State* s) {
  s->n = 4096; /* 16 KB */
  s->m = choose(s, 1000, 10);
  uint32_t* a = take(s->n * sizeof *a);
  uint64_t seed = 7;
  for (size_t i = 0; i < s->n; ++i) a[i] = (uint32_t)(next_random(&seed) >> 16);
  s->a = a;
  s->iterations = (double)s->n * (double)s->m;
  s->step = sizeof *a;
}

/* Each word goes through the one state: xor, rotate, multiply, one after the other. */
KERNEL static void murmur(struct State* s) {
  const uint32_t* a = s->a;
  uint32_t h = 17;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) {
      uint32_t k = a[i] * 0xcc9e2d51U;
      k = (k << 15 | k >> 17) * 0x1b873593U;
      h ^= k;
      h = (h << 13 | h >> 19) * 5 + 0xe6546b64U;
    }
  s->checksum += h;
}

KERNEL static void xorshift(struct State* s) {
  uint64_t x = 88172645463325252U, total = 0;
  for (size_t i = 0; i < s->n * s->m; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    total += x >> 60;
  }
  s->checksum += (double)total;
}

static void prepare_xorshift(struct State* s) {
  s->n = 4096;
  s->m = choose(s, 1000, 10);
  s->iterations = (double)s->n * (double)s->m;
}

KERNEL static void divide(struct State* s) {
  double* restrict a = s->a;
  const double* b = s->b;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) a[i] = (b[i] + 8) / (a[i] + 2);
}

static void prepare_divide(struct State* s) {
  prepare_dot(s);
  s->m = choose(s, 1000, 10);
  s->iterations = (double)s->n * (double)s->m;
  s->flops = 3 * s->iterations;
  s->out = s->a;
}

KERNEL static void divide_integers(struct State* s) {
  const uint32_t* a = s->a;
  uint64_t x = ~(uint64_t)0;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) x = ~(x / (a[i] | 1)); /* each waits for the one before */
  s->checksum += (double)(x % 1000003);
}

/* An eighth of a megabyte of random numbers, sorted anew: comparisons that nobody can predict. */
static void prepare_sort(struct State* s) {
  s->n = choose(s, 32768, 500);
  s->a = take(s->n * sizeof(int));
}

static int* split(int* low, int* high) {
  const int pivot = low[(high - low) / 2];
  for (;;) {
    while (*low < pivot) ++low;
    while (*high > pivot) --high;
    if (low >= high) return high;
    const int t = *low;
    *low++ = *high;
    *high-- = t;
  }
}

static void quick_sort(int* low, int* high) {
  while (low < high) {
    int* middle = split(low, high);
    quick_sort(low, middle);
    low = middle + 1;
  }
}

KERNEL static void sort(struct State* s) {
  int* a = s->a;
  uint64_t seed = 99;
  for (size_t i = 0; i < s->n; ++i) a[i] = (int)(next_random(&seed) >> 40);
  quick_sort(a, a + s->n - 1);
  s->checksum += a[0] + a[s->n / 2] + a[s->n - 1];
}

static void prepare_libm(struct State* s) {
  prepare_dot(s);
  s->m = choose(s, 50, 2);
  s->iterations = (double)s->n * (double)s->m;
  s->flops = 0; /* who knows how many sin takes */
}

KERNEL static void libm(struct State* s) {
  const double* a = s->a;
  double total = 0;
  for (size_t round = 0; round < s->m; ++round)
    for (size_t i = 0; i < s->n; ++i) total += sin(a[i] + (double)round) * exp(-a[i]);
  s->checksum += total;
}

const struct Kernel compute_kernels[] = {
    {"dot", prepare_dot, dot},
    {"short_trips", prepare_dot, short_trips},
    {"nbody", prepare_nbody, nbody},
    {"mandelbrot", prepare_mandelbrot, mandelbrot},
    {"murmur", prepare_words, murmur},
    {"xorshift", prepare_xorshift, xorshift},
    {"divide", prepare_divide, divide},
    {"divide_integers", prepare_words, divide_integers},
    {"sort", prepare_sort, sort},
    {"libm", prepare_libm, libm},
    {0, 0, 0},
};
