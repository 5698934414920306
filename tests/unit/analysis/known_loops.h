// Loops whose course is known exactly, and what the tests of loop evidence hold them against.
#pragma once

#include <cmath>

#include <gtest/gtest.h>

#include "src/analysis/loop_evidence.h"
#include "tests/unit/analysis/loop_builder.h"
#include "tests/unit/analysis/loop_sampler.h"

namespace bottleneck::testing {

inline constexpr double clock_hz = 3e9;
inline constexpr std::uint64_t array_a = 0x7f0000000000, array_b = 0x7f1000000000,
                               array_c = 0x7f2000000000;

inline CoreLimits limits() {
  CoreLimits one;
  one.clock_hz = clock_hz;
  return one;
}

inline void expect_close(double value, double truth, double part = 0.01) {
  EXPECT_NEAR(value, truth, part * truth);
}

inline std::uint64_t in_trip(double iterations, double trip) {
  return static_cast<std::uint64_t>(std::fmod(iterations, trip));
}

/// a[i] = b[i] + s * c[i], rax counts bytes.
inline HotCode triad(std::int64_t step = 8) {
  return code_of({load_vector(xmm0, memory(rcx, rax, 1, 0, 8)), scalar_float(xmm0, xmm1),
                  load_vector(xmm1, memory(rdx, rax, 1, 0, 8)), scalar_float(xmm0, xmm1),
                  store_vector(memory(rbx, rax, 1, 0, 8), xmm0), add(rax, step), compare(rax, rsi),
                  branch(0)});
}

inline Course triad_course(double elements, std::int64_t step = 8) {
  return [=](double iterations, int at, int thread) {
    Registers registers{};
    registers[rax] = in_trip(iterations, elements) * static_cast<std::uint64_t>(step);
    if (at >= 6) registers[rax] += static_cast<std::uint64_t>(step);
    const auto part = static_cast<std::uint64_t>(thread) << 32;
    registers[rbx] = array_a + part;
    registers[rcx] = array_b + part;
    registers[rdx] = array_c + part;
    return registers;
  };
}

inline const std::vector<double> triad_weights{0, 46, 5, 42, 3, 2, 1, 1};

}  // namespace bottleneck::testing
