// Registers followed through integer code, what a walk around a loop learns, how fast values
// advance and how much they cover.
#include "src/analysis/emulation.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/coverage.h"
#include "src/analysis/footprint.h"
#include "src/analysis/tracks.h"
#include "tests/unit/analysis/loop_builder.h"

namespace bottleneck {
namespace {

using namespace testing;
using ::testing::Optional;

RegisterFile with(Register name, std::uint64_t value) {
  std::array<std::uint64_t, general_registers> values{};
  values[static_cast<std::size_t>(name)] = value;
  return RegisterFile(values);
}

std::uint64_t result(Operation operation, std::uint64_t a, std::int64_t b, int bits = 64) {
  RegisterFile file = with(rax, a);
  file.run(operate(operation, rax, constant(b), bits));
  EXPECT_TRUE(file.knows(rax));
  return file.value(rax);
}

TEST(Emulation, computes_as_the_machine_does) {
  EXPECT_EQ(result(Operation::add, 5, -7), static_cast<std::uint64_t>(-2));
  EXPECT_EQ(result(Operation::add, 0xffffffff, 1, 32), 0U);
  EXPECT_EQ(result(Operation::subtract, 5, 7, 32), 0xfffffffeU);
  EXPECT_EQ(result(Operation::bit_and, 0x1234, 0xff), 0x34U);
  EXPECT_EQ(result(Operation::bit_or, 0x1200, 0x34), 0x1234U);
  EXPECT_EQ(result(Operation::bit_xor, 0xff, 0x0f), 0xf0U);
  EXPECT_EQ(result(Operation::shift_left, 1, 35), std::uint64_t{1} << 35);
  EXPECT_EQ(result(Operation::shift_left, 1, 35, 32), 8U);
  EXPECT_EQ(result(Operation::shift_right, 0xfffffffff0, 4, 32), 0x0fffffffU);
  EXPECT_EQ(result(Operation::shift_signed, 0x80000000, 4, 32), 0xf8000000U);
  EXPECT_EQ(result(Operation::shift_signed, ~std::uint64_t{15}, 4), ~std::uint64_t{0});
  EXPECT_EQ(result(Operation::multiply, 7, 6), 42U);
  EXPECT_EQ(result(Operation::increment, 7, 0), 8U);
  EXPECT_EQ(result(Operation::decrement, 0, 0, 32), 0xffffffffU);
  EXPECT_EQ(result(Operation::negate, 1, 0), ~std::uint64_t{0});
  EXPECT_EQ(result(Operation::complement, 0, 0, 32), 0xffffffffU);
}

TEST(Emulation, extends_signs_and_zeros) {
  RegisterFile file = with(rcx, 0x1280000001);
  Instruction narrow = copy(rax, rcx);
  narrow.first.bits = 32;
  file.run(narrow);
  EXPECT_EQ(file.value(rax), 0x80000001U);
  narrow.operation = Operation::move_sign;
  file.run(narrow);
  EXPECT_EQ(file.value(rax), 0xffffffff80000001U);
}

TEST(Emulation, knows_nothing_of_what_was_loaded_or_called) {
  RegisterFile file = with(rbx, 1000);
  file.run(load(rax, memory(rbx, no_register, 1, 0, 8)));
  EXPECT_FALSE(file.knows(rax));
  file.run(operate(Operation::add, rbx, in(rax)));
  EXPECT_FALSE(file.knows(rbx));
  file.run(call());
  EXPECT_FALSE(file.knows(rcx));
  EXPECT_TRUE(file.knows(rbp));
}

TEST(Emulation, forms_addresses) {
  RegisterFile file = with(rcx, 3);
  EXPECT_THAT(file.address(memory(rax, rcx, 8, 16, 8)), Optional(40U));
  EXPECT_FALSE(file.address(memory(rax, xmm0, 8, 16, 8)));
  MemoryOperand local = memory(rax, no_register, 1, 0, 8);
  local.thread_local_ = true;
  EXPECT_FALSE(file.address(local));
  file.run(address(rdx, memory(rax, rcx, 4, 1, 8)));
  EXPECT_EQ(file.value(rdx), 13U);
  // Where the file was loaded is not known.
  file.run(address(rdx, memory(no_register, no_register, 1, 0x4000, 8)));
  EXPECT_FALSE(file.knows(rdx));
}

HotCode sampled(HotCode code, int at) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    RegisterSample sample;
    sample.at = at;
    sample.registers[rax] = 0x10000 + 0x1000 * i;
    sample.registers[rcx] = 10 * i + 1;
    code.samples.push_back(sample);
  }
  return code;
}

TEST(Tracks, tell_strides_and_steps) {
  const HotCode code = sampled(code_of({load_vector(xmm0, memory(rax, rcx, 8, 0, 8)), add(rcx, 2),
                                        add(rax, 24), compare(rcx), branch(0)}),
                               3);
  const Rounds rounds = follow_samples(code, outline(code));
  ASSERT_EQ(rounds.tracks.size(), 1U);
  EXPECT_THAT(rounds.tracks[0].stride, Optional(40.0));
  EXPECT_THAT(rounds.steps[rax], Optional(24));
  EXPECT_THAT(rounds.steps[rcx], Optional(2));
  EXPECT_EQ(rounds.tracks[0].addresses[1], 0x11000U + 8 * 11);
}

TEST(Tracks, tell_strides_wherever_the_samples_are) {
  const std::vector<Instruction> body{
      add(rcx, 1), load_vector(xmm0, memory(rax, no_register, 1, 0, 8)),
      operate(Operation::add, rax, in(rdx)), compare(rcx), branch(0)};
  for (int at = 0; at < 5; ++at) {
    HotCode code = sampled(code_of(body), at);
    for (RegisterSample& sample : code.samples) sample.registers[rdx] = 65536;
    const Rounds rounds = follow_samples(code, outline(code));
    ASSERT_EQ(rounds.tracks.size(), 1U);
    EXPECT_THAT(rounds.tracks[0].stride, Optional(65536.0)) << at;
    EXPECT_THAT(rounds.steps[rax], Optional(65536)) << at;
  }
}

TEST(Tracks, doubt_what_only_some_rounds_do) {
  const HotCode code = sampled(code_of({load_vector(xmm0, memory(rax, no_register, 1, 0, 8)),
                                        branch(3), add(rax, 8), add(rcx, 1), branch(0)}),
                               1);
  const Rounds rounds = follow_samples(code, outline(code));
  EXPECT_FALSE(rounds.steps[rax]);
  EXPECT_THAT(rounds.steps[rcx], Optional(1));
  EXPECT_FALSE(rounds.tracks[0].stride);
  EXPECT_EQ(rounds.tracks[0].addresses[2], 0x12000U);  // told backward: it has just run
}

TEST(Tracks, follow_the_way_that_is_taken) {
  // jmp over cold code in the middle; the loop ends in a jump to its head
  const HotCode code = sampled(code_of({add(rcx, 1), compare(rcx), branch(4), add(rax, 100),
                                        load_vector(xmm0, memory(rax, rcx, 8, 0, 8)), jump(0)}),
                               5);
  const Rounds rounds = follow_samples(code, outline(code));
  EXPECT_THAT(rounds.steps[rcx], Optional(1));
  EXPECT_EQ(rounds.tracks[0].addresses[0], 0x10000U + 8);
}

TEST(Tracks, take_the_loaded_pointer_for_the_next_address_in_straight_code) {
  const HotCode code =
      sampled(code_of({load(rax, memory(rax, no_register, 1, 16, 8)), compare(rax)}, false), 1);
  const Rounds rounds = follow_samples(code, outline(code));
  ASSERT_EQ(rounds.tracks.size(), 1U);
  EXPECT_EQ(rounds.tracks[0].addresses[3], 0x13000U);
}

TEST(Tracks, follow_no_address_in_a_register_that_samples_do_not_have) {
  const HotCode code =
      sampled(code_of({load(xmm1, memory(xmm1, no_register, 1, 16, 8)), compare(rax)}, false), 1);
  const Rounds rounds = follow_samples(code, outline(code));
  ASSERT_EQ(rounds.tracks.size(), 1U);
  EXPECT_EQ(rounds.tracks[0].addresses[3], 0U);
}

std::vector<RegisterSample> samples_of(std::size_t count, double interval_s) {
  std::vector<RegisterSample> samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i].time_s = interval_s * static_cast<double>(i);
  return samples;
}

TEST(Pace, uses_only_pairs_of_one_stretch) {
  std::vector<RegisterSample> samples = samples_of(100, 1e-3);
  Values values;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].stretch = static_cast<std::uint32_t>(i / 2);
    values.push_back(1000 + 10 * i + 5 * (i / 2));  // works half of the time between stretches
  }
  const Pace pace = measure_pace(samples, values);
  EXPECT_EQ(pace.pairs, 50U);
  EXPECT_NEAR(pace.per_s, 10e3, 1e-3);
}

/// Ten samples in a burst, then ten at the ordinary rate, and so on; both advance by so much.
Pace pace_of(double in_burst, double outside, std::size_t bursts, double slow_start = 1) {
  std::vector<RegisterSample> samples;
  Values values;
  double time = 0, value = 1000;
  for (std::size_t i = 0; i < 20 * bursts; ++i) {
    const bool burst = i / 10 % 2 == 0;
    const double speed = (burst ? in_burst : outside) * (i < 60 ? slow_start : 1);
    const double passed = burst ? 1e-4 : 1e-3;
    time += passed;
    value += passed * speed;
    samples.emplace_back().time_s = time;
    values.push_back(static_cast<std::uint64_t>(value));
  }
  return measure_pace(samples, values);
}

TEST(Pace, refuses_two_rates_that_disagree) {
  EXPECT_EQ(pace_of(1e9, 1e9, 10).state, Pace::State::believed);
  EXPECT_NE(pace_of(2.5e9, 1e9, 10).state, Pace::State::believed);
  EXPECT_NE(pace_of(0.1e9, 1e9, 10).state, Pace::State::believed);
}

TEST(Pace, holds_bursts_against_the_samples_around_them) {
  const Pace pace = pace_of(1e9, 1e9, 30, 0.05);  // a slow start, as first touches are
  EXPECT_EQ(pace.state, Pace::State::believed);
  EXPECT_NEAR(pace.per_s, 1e9, 1e7);
}

TEST(Footprint, is_that_of_the_busiest_thread_without_its_holes) {
  std::vector<RegisterSample> samples = samples_of(300, 1e-3);
  Values values;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].thread = i < 200 ? 0 : 1;
    const std::uint64_t base = i >= 200 ? 0x7f0000000000 : i % 2 == 0 ? 0x10000000 : 0x90000000;
    values.push_back(base + 100000 * (i % 100));
  }
  const Footprint footprint = measure_footprint(samples, values);
  EXPECT_EQ(footprint.known, 200U);
  EXPECT_NEAR(footprint.spread, 2 * 9.8e6, 1e6);
}

TEST(Footprint, believes_coincidences_only_where_there_are_enough) {
  const std::vector<RegisterSample> samples = samples_of(400, 1e-3);
  Values sparse, dense;
  for (std::uint64_t i = 0; i < 400; ++i) {
    sparse.push_back(0x10000000 + (i / 2) * 1000000 + i % 2 * (i < 16 ? 8 : 500000));
    dense.push_back(0x10000000 + i * 7919 % 20 * 10000000);
  }
  EXPECT_NEAR(measure_footprint(samples, sparse).set, 200e6, 10e6);
  EXPECT_LT(measure_footprint(samples, dense).set, 1e6);
}

TEST(Coverage, is_the_share_of_touched_lines) {
  EXPECT_EQ(line_coverage(8, 0, {{0, 8}}), 1);
  EXPECT_EQ(line_coverage(64, 0, {{0, 8}}), 1);
  EXPECT_EQ(line_coverage(256, 0, {{0, 8}}), 0.25);
  EXPECT_LT(line_coverage(-0x1p63, 63, {{std::numeric_limits<std::int64_t>::min(), 8}}), 1e-9);
  EXPECT_EQ(line_coverage(-256, 0, {{0, 8}, {-64, 8}}), 0.5);
  EXPECT_EQ(line_coverage(256, 0, {{0, 64}, {64, 64}, {128, 64}, {192, 64}}), 1);
  EXPECT_EQ(line_coverage(128, 32, {{0, 64}}), 1);  // each element lies on two lines
  EXPECT_NEAR(line_coverage(72, 0, {{0, 8}}), 64 / 72.0, 0.02);
  EXPECT_EQ(line_coverage(8000, 0, {{0, 8}, {8000, 8}}), 0.008);
}

}  // namespace
}  // namespace bottleneck
