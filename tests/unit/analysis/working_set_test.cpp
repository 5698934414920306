// Loops whose working sets, chains and calls are known exactly, sampled as the probes do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/analysis/known_loops.h"

namespace bottleneck {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::uint64_t scatter(std::uint64_t i) {
  i = (i ^ (i >> 30)) * 0xbf58476d1ce4e5b9;
  i = (i ^ (i >> 27)) * 0x94d049bb133111eb;
  return i ^ (i >> 31);
}

/// s += a[index[i]]: the address is known only right after the load.
TEST(LoopEvidence, finds_the_working_set_of_a_gather) {
  HotCode code =
      code_of({load(rdx, memory(rsi, rax, 4, 0, 4)), load_vector(xmm0, memory(rdi, rdx, 8, 0, 8)),
               scalar_float(xmm1, xmm0), add(rax, 1), compare(rax, rcx), branch(0)});
  sample_loop(code, 38e6, {1, 3, 90, 4, 1, 1}, [](double iterations, int at, int) {
    Registers registers{};
    const std::uint64_t i = in_trip(iterations, 16e6);
    registers[rsi] = array_b;
    registers[rdi] = array_a;
    registers[rax] = i + (at >= 4 ? 1 : 0);
    registers[rdx] = scatter(at >= 1 ? i : i - 1) % 100000000;
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(1));
  expect_close(evidence.streams[0].bytes_per_s, 4 * 38e6);
  ASSERT_THAT(evidence.irregular, SizeIs(1));
  EXPECT_EQ(evidence.irregular[0].stride, 0);
  EXPECT_FALSE(evidence.irregular[0].strided);
  EXPECT_EQ(evidence.irregular[0].instruction, 1);
  expect_close(evidence.irregular[0].set_bytes, 800e6, 0.1);
  EXPECT_FALSE(evidence.after_load_steady);
  expect_close(evidence.after_load_spread, 800e6, 0.1);
  ASSERT_TRUE(evidence.seconds_per_access);
  expect_close(*evidence.seconds_per_access, 1 / 38e6);
  EXPECT_NEAR(*evidence.stall_factor, clock_hz / 38e6 / 4, 0.5);  // 4: the sum's chain
}

HotCode chase() {
  return code_of(
      {load(rax, memory(rax, no_register, 1, 0, 8)), add(rcx, -1), compare(rcx), branch(0)});
}

Course chase_course(std::uint64_t nodes) {
  return [=](double iterations, int at, int) {
    Registers registers{};
    const auto i = static_cast<std::uint64_t>(iterations);
    registers[rax] = array_a + 64 * (scatter(at >= 1 ? i + 1 : i) % nodes);
    registers[rcx] = 1000000000 - i - (at >= 2 ? 1 : 0);
    return registers;
  };
}

TEST(LoopEvidence, measures_a_pointer_chase_per_access) {
  for (const std::uint64_t nodes : {1u << 24, 1u << 20, 1u << 14}) {
    HotCode code = chase();
    sample_loop(code, 3.8e6, {0, 100, 0, 0}, chase_course(nodes));
    const LoopEvidence evidence = examine(code, limits());
    EXPECT_EQ(evidence.chain.cycles, 5);
    EXPECT_TRUE(evidence.chain.through_load);
    EXPECT_FALSE(evidence.chain.through_float);
    ASSERT_THAT(evidence.irregular, SizeIs(1));
    expect_close(evidence.irregular[0].set_bytes, 64.0 * static_cast<double>(nodes), 0.15);
    ASSERT_TRUE(evidence.seconds_per_access) << evidence.why_no_rate;
    expect_close(*evidence.seconds_per_access, 1 / 3.8e6);
    expect_close(*evidence.stall_factor, clock_hz / 3.8e6 / 5);
    EXPECT_EQ(evidence.mix.after_load, 1);
  }
}

TEST(LoopEvidence, does_not_call_a_small_chase_a_working_set) {
  HotCode code = chase();
  sample_loop(code, 500e6, {0, 100, 0, 0}, chase_course(32));
  const LoopEvidence evidence = examine(code, limits());
  EXPECT_TRUE(evidence.irregular.empty());
  expect_close(*evidence.iterations_per_s, 500e6);
}

TEST(LoopEvidence, does_not_take_the_distance_of_heap_and_stack_for_a_working_set) {
  HotCode code = chase();
  sample_loop(code, 3.8e6, {0, 100, 0, 0}, [](double iterations, int, int) {
    Registers registers{};
    const auto i = static_cast<std::uint64_t>(iterations);
    const std::uint64_t place = scatter(i) % (1 << 20);
    registers[rax] = (i % 2 == 0 ? 0x5550000000 : array_a) + place;
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.irregular, SizeIs(1));
  expect_close(evidence.irregular[0].set_bytes, 2 << 20, 0.15);
}

TEST(LoopEvidence, ignores_prefetches) {
  HotCode code = triad();
  Instruction prefetch = loading({}, memory(rcx, rax, 1, 1024, 64));
  prefetch.prefetches = true;
  std::vector<Instruction> body = code.body;
  body.insert(body.begin() + 5, prefetch);
  code = code_of(body);
  sample_loop(code, 487e6, {0, 46, 5, 42, 3, 1, 1, 1, 1}, triad_course(45e6));
  const LoopEvidence evidence = examine(code, limits());
  EXPECT_EQ(evidence.mix.loads, 2);
  expect_close(evidence.traffic, 32 * 487e6, 0.02);
}

TEST(LoopEvidence, gives_loops_with_calls_a_rate_but_no_stall_factor) {
  HotCode code = triad();
  std::vector<Instruction> body = code.body;
  body.insert(body.begin() + 5, call());
  for (Instruction& one : body) {
    if (one.operation == Operation::add) one = add(rbp, 8);
    for (MemoryOperand& operand : one.memory) operand.index = rbp;
  }
  code = code_of(body);
  const Course course = [](double iterations, int at, int thread) {
    Registers registers = triad_course(45e6)(iterations, at >= 7 ? 6 : 0, thread);
    registers[rbp] = registers[rax];
    return registers;
  };
  sample_loop(code, 50e6, {0, 46, 5, 42, 3, 1, 1, 1, 1}, course);
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  EXPECT_EQ(evidence.mix.calls, 1);
  EXPECT_FALSE(evidence.stall_factor);
  EXPECT_FALSE(evidence.instructions_per_cycle);
}

TEST(LoopEvidence, says_nothing_in_cycles_where_the_clock_is_unknown) {
  HotCode code = triad();
  sample_loop(code, 487e6, triad_weights, triad_course(45e6));
  const LoopEvidence evidence = examine(code, CoreLimits{});
  EXPECT_TRUE(evidence.iterations_per_s);
  EXPECT_FALSE(evidence.stall_factor);
  EXPECT_FALSE(evidence.instructions_per_cycle);
}

}  // namespace
}  // namespace bottleneck
