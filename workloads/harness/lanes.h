// How a workload says what the compiler may do with a hot function. Its place: in front of the
// functions that a workload is about, so that scalar and vectorized code come from one set of flags
// and each has a name of its own in a profile. It chooses no algorithm.
#pragma once

/// Stays a function, so that a profile can name it.
#define WORKLOAD_KERNEL __attribute__((noinline))

/// The same, one element at a time.
#if defined(__clang__)
#define WORKLOAD_SCALAR __attribute__((noinline))
#else
#define WORKLOAD_SCALAR __attribute__((noinline, optimize("no-tree-vectorize")))
#endif

/// The same, with the widest vectors of the CPU that it runs on: for loops with `#pragma omp simd`.
/// The levels of x86-64: v3 has AVX2 and FMA, v4 AVX-512.
#if defined(__x86_64__) && !defined(__clang__)
#define WORKLOAD_LANES \
  __attribute__((noinline, target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define WORKLOAD_LANES __attribute__((noinline))
#endif
