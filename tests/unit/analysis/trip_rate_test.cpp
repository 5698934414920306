// Loops of short trips, whose rate comes from the loop around them.
#include <gtest/gtest.h>

#include "src/analysis/loop_evidence.h"
#include "tests/unit/analysis/loop_builder.h"
#include "tests/unit/analysis/loop_sampler.h"

namespace bottleneck {
namespace {

using namespace testing;

constexpr std::uint64_t table = 0x7f0000000000, list = 0x7e0000000000;
constexpr double rounds_per_s = 900e6;

/// for (row : list) for (i = 0; i < length; i++) sum += table[row][i];
HotCode rows() {
  HotCode code = code_of(
      {load(rdx, memory(rax, no_register, 1, 0, 8)), add(rax, 8), compare(rax, rcx), branch(0)});
  code.outer_steps = {{rsi, 4}};
  return code;
}

Course course_of_rows(std::uint64_t (*length)(std::uint64_t row)) {
  return [length](double iterations, int at, int) {
    constexpr std::uint64_t usual = 512;
    const auto i = static_cast<std::uint64_t>(iterations);
    const std::uint64_t row = i / usual;
    const std::uint64_t place = row * 0x9e3779b97f4a7c15 % 30000 * 4096;
    const std::uint64_t trip = length(row);
    Registers registers{};
    registers[rsi] = list + 4 * row;
    registers[rax] = table + place + 8 * (i % usual * trip / usual + (at >= 2 ? 1U : 0U));
    registers[rcx] = table + place + 8 * trip;
    return registers;
  };
}

const std::vector<double> weights = {0, 80, 10, 10};

CoreLimits limits() {
  CoreLimits limits;
  limits.clock_hz = 3e9;
  return limits;
}

TEST(TripRate, is_that_of_the_loop_around_times_the_length_of_a_trip) {
  HotCode code = rows();
  sample_loop(code, rounds_per_s, weights,
              course_of_rows([](std::uint64_t) -> std::uint64_t { return 512; }));
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  EXPECT_NEAR(*evidence.iterations_per_s / rounds_per_s, 1, 0.03);
  EXPECT_NEAR(evidence.traffic / (8 * rounds_per_s), 1, 0.03) << "rows are a stream after all";
  EXPECT_TRUE(evidence.stall_factor);
}

TEST(TripRate, is_none_without_the_loop_around) {
  HotCode code = rows();
  code.outer_steps.clear();
  sample_loop(code, rounds_per_s, weights,
              course_of_rows([](std::uint64_t) -> std::uint64_t { return 512; }));
  EXPECT_FALSE(examine(code, limits()).iterations_per_s);
}

TEST(TripRate, is_none_where_trips_differ_in_length) {
  HotCode code = rows();
  sample_loop(code, rounds_per_s, weights, course_of_rows([](std::uint64_t row) -> std::uint64_t {
                return row % 8 == 0 ? 4000 : 20;
              }));
  EXPECT_FALSE(examine(code, limits()).iterations_per_s);
}

TEST(TripRate, is_none_where_the_outer_register_stands_still) {
  HotCode code = rows();
  code.outer_steps = {{rdi, 1}, {rsi, 0}};
  sample_loop(code, rounds_per_s, weights,
              course_of_rows([](std::uint64_t) -> std::uint64_t { return 512; }));
  EXPECT_FALSE(examine(code, limits()).iterations_per_s);
}

}  // namespace
}  // namespace bottleneck
