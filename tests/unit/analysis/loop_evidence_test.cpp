// Loops whose streams, rates and sets are known exactly, sampled as the probes do.
#include "src/analysis/loop_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/analysis/loop_builder.h"
#include "tests/unit/analysis/loop_sampler.h"

namespace bottleneck {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr double clock_hz = 3e9;
constexpr std::uint64_t array_a = 0x7f0000000000, array_b = 0x7f1000000000,
                        array_c = 0x7f2000000000;

CoreLimits limits() {
  CoreLimits one;
  one.clock_hz = clock_hz;
  return one;
}

void expect_close(double value, double truth, double part = 0.01) {
  EXPECT_NEAR(value, truth, part * truth);
}

std::uint64_t in_trip(double iterations, double trip) {
  return static_cast<std::uint64_t>(std::fmod(iterations, trip));
}

/// a[i] = b[i] + s * c[i], rax counts bytes.
HotCode triad(std::int64_t step = 8) {
  return code_of({load_vector(xmm0, memory(rcx, rax, 1, 0, 8)), scalar_float(xmm0, xmm1),
                  load_vector(xmm1, memory(rdx, rax, 1, 0, 8)), scalar_float(xmm0, xmm1),
                  store_vector(memory(rbx, rax, 1, 0, 8), xmm0), add(rax, step), compare(rax, rsi),
                  branch(0)});
}

Course triad_course(double elements, std::int64_t step = 8) {
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

const std::vector<double> triad_weights{0, 46, 5, 42, 3, 2, 1, 1};

TEST(LoopEvidence, finds_the_three_streams_of_a_triad_and_its_rate) {
  HotCode code = triad();
  sample_loop(code, 487e6, triad_weights, triad_course(45e6));
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(3));
  for (const Stream& stream : evidence.streams) {
    expect_close(stream.bytes_per_s, 8 * 487e6);
    EXPECT_EQ(stream.stride, 8);
    expect_close(stream.spread, 360e6, 0.05);
    expect_close(stream.traffic, stream.bytes_per_s * (stream.stores ? 2 : 1));
  }
  expect_close(evidence.traffic, 32 * 487e6);
  expect_close(evidence.read_only, 16 * 487e6);
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  expect_close(*evidence.iterations_per_s, 487e6);
  expect_close(*evidence.flops_per_s, 2 * 487e6);
  expect_close(*evidence.instructions_per_cycle, 487e6 * 8 / clock_hz);
  expect_close(*evidence.stall_factor, clock_hz / 487e6 / (8 / 4.5));
  EXPECT_FALSE(evidence.seconds_per_access);
  EXPECT_NEAR(evidence.mix.after_load, 0.88, 0.05);
  EXPECT_TRUE(evidence.after_load_steady);
  EXPECT_GT(evidence.after_load_known, 0.95);
  EXPECT_TRUE(evidence.irregular.empty());
}

TEST(LoopEvidence, counts_a_stream_per_second_of_one_thread) {
  HotCode code = triad();
  Sampling two;
  two.threads = 2;
  sample_loop(code, 487e6, triad_weights, triad_course(45e6), two);
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(3));
  expect_close(evidence.traffic, 32 * 487e6);
  expect_close(evidence.streams[0].spread, 360e6, 0.05);  // not the distance between threads
}

TEST(LoopEvidence, finds_streams_of_sweeps_shorter_than_two_samples) {
  HotCode code = triad();
  // 8 MB in 1.2 ms: the ordinary samples see any place, the bursts see the advance.
  sample_loop(code, 833e6, triad_weights, triad_course(1e6));
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  expect_close(*evidence.iterations_per_s, 833e6);
  ASSERT_THAT(evidence.streams, SizeIs(3));
  expect_close(evidence.streams[0].bytes_per_s, 8 * 833e6, 0.02);
}

TEST(LoopEvidence, finds_streams_at_250_samples_per_second_without_bursts) {
  HotCode code = triad();
  Sampling slow;
  slow.bursts = false;
  slow.interval_s = 4e-3;
  slow.seconds = 4;
  sample_loop(code, 487e6, triad_weights, triad_course(45e6), slow);
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  expect_close(evidence.traffic, 32 * 487e6);
}

TEST(LoopEvidence, gives_no_rate_for_trips_shorter_than_a_sample) {
  for (const double trip : {100.0, 1000.0, 1667.0, 5000.0, 20000.0, 100000.0}) {
    for (const bool bursts : {true, false}) {
      HotCode code = triad();
      Sampling sampling;
      sampling.bursts = bursts;
      sample_loop(code, 1.7e9, triad_weights, triad_course(trip), sampling);
      const LoopEvidence evidence = examine(code, limits());
      EXPECT_FALSE(evidence.iterations_per_s) << trip << ": " << *evidence.iterations_per_s;
      EXPECT_THAT(evidence.why_no_rate, StartsWith("not measurable: "));
      EXPECT_THAT(evidence.streams, SizeIs(0)) << trip;
      EXPECT_FALSE(evidence.stall_factor);
    }
  }
}

TEST(LoopEvidence, gives_no_rate_where_trips_last_as_long_as_the_interval_of_samples) {
  for (const double interval : {1 / 997.0, 1e-4}) {
    for (const double parts : {1.0, 2.0, 3.0, 5.0, 10.0}) {
      HotCode code = triad();
      Sampling steady;
      steady.noise = 1e-3;
      steady.jitter_s = 1e-6;
      steady.bursts = false;
      steady.interval_s = interval;
      sample_loop(code, 1e9, triad_weights, triad_course(1e9 * interval / parts), steady);
      EXPECT_FALSE(examine(code, limits()).iterations_per_s) << interval << " / " << parts;
    }
  }
}

TEST(LoopEvidence, refuses_rates_that_no_core_can_do) {
  HotCode code = triad();
  sample_loop(code, 3e9, triad_weights, triad_course(1e9));
  const LoopEvidence evidence = examine(code, limits());
  EXPECT_FALSE(evidence.iterations_per_s);
  EXPECT_THAT(evidence.why_no_rate, HasSubstr("more instructions per cycle"));
}

TEST(LoopEvidence, gives_no_rate_to_code_that_is_no_loop_or_has_few_samples) {
  HotCode few = triad();
  Sampling brief;
  brief.seconds = 2e-3;
  brief.bursts = false;
  sample_loop(few, 487e6, triad_weights, triad_course(45e6), brief);
  EXPECT_THAT(examine(few, limits()).why_no_rate, HasSubstr("too few"));
  HotCode straight = triad();
  straight.body.pop_back();
  straight.loop = false;
  sample_loop(straight, 487e6, {0, 1, 1, 1, 1, 1, 1}, triad_course(45e6));
  EXPECT_THAT(examine(straight, limits()).why_no_rate, HasSubstr("in no loop"));
  EXPECT_FALSE(examine(HotCode{}, limits()).iterations_per_s);
}

TEST(LoopEvidence, takes_non_temporal_stores_for_what_they_move) {
  HotCode code = code_of({store_vector(memory(rdi, no_register, 1, 0, 64), xmm0, true),
                          store_vector(memory(rdi, no_register, 1, 64, 64), xmm0, true),
                          add(rdi, 128), compare(rdi, rsi), branch(0)});
  sample_loop(code, 80e6, {1, 5, 5, 1, 1}, [](double iterations, int at, int) {
    Registers registers{};
    registers[rdi] = array_a + 128 * in_trip(iterations, 4e6) + (at >= 3 ? 128 : 0);
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(1));
  EXPECT_TRUE(evidence.streams[0].non_temporal);
  EXPECT_EQ(evidence.streams[0].coverage, 1);
  EXPECT_THAT(evidence.streams[0].instructions, ::testing::ElementsAre(0, 1));
  expect_close(evidence.streams[0].bytes_per_s, 128 * 80e6);
  expect_close(evidence.traffic, 128 * 80e6);
}

Instruction rep_movs() {
  Instruction one;
  one.repeats = true;
  one.reads = one.writes = bit_of(rsi) | bit_of(rdi) | bit_of(rcx);
  one = loading(one, memory(rsi, no_register, 1, 0, 1));
  return storing(one, memory(rdi, no_register, 1, 0, 1));
}

TEST(LoopEvidence, follows_string_instructions_in_their_registers) {
  HotCode code = code_of({rep_movs()});
  sample_loop(code, 9e9, {1}, [](double bytes, int, int) {
    Registers registers{};
    const std::uint64_t done = in_trip(bytes, 500e6);
    registers[rsi] = array_a + done;
    registers[rdi] = array_b + done;
    registers[rcx] = 500000000 - done;
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(2));
  expect_close(evidence.streams[0].bytes_per_s, 9e9);
  expect_close(evidence.traffic, 18e9);
  expect_close(evidence.read_only, 9e9);
  EXPECT_FALSE(evidence.iterations_per_s);
  EXPECT_EQ(evidence.chain.cycles, 0);
}

TEST(LoopEvidence, counts_neighbouring_rows_of_a_stencil_once) {
  constexpr std::int64_t row = 48000;
  HotCode code = code_of({load_vector(xmm0, memory(rsi, rax, 8, -row, 8)), scalar_float(xmm0, xmm1),
                          load_vector(xmm1, memory(rsi, rax, 8, row, 8)), scalar_float(xmm0, xmm1),
                          load_vector(xmm1, memory(rsi, rax, 8, -8, 8)), scalar_float(xmm0, xmm1),
                          load_vector(xmm1, memory(rsi, rax, 8, 8, 8)), scalar_float(xmm0, xmm1),
                          store_vector(memory(rdi, rax, 8, 0, 8), xmm0), add(rax, 1),
                          compare(rax, rdx), branch(0)});
  const auto course = [](double iterations, int at, int) {
    Registers registers{};
    const std::uint64_t done = in_trip(iterations, 35e6);
    const std::uint64_t line = done / 6000;
    registers[rsi] = array_a + row + line * row;
    registers[rdi] = array_b + row + line * row;
    registers[rax] = done % 6000 + (at >= 10 ? 1 : 0);
    return registers;
  };
  sample_loop(code, 600e6, {1, 5, 1, 5, 1, 2, 1, 2, 1, 1, 1, 1}, course);
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(2));
  expect_close(evidence.traffic, 3 * 8 * 600e6);
  expect_close(evidence.read_only, 8 * 600e6);
}

TEST(LoopEvidence, joins_what_an_unrolled_loop_touches) {
  std::vector<Instruction> body;
  for (int i = 0; i < 8; ++i) {
    body.push_back(load_vector(xmm0, memory(rax, no_register, 1, 32 * i, 32)));
    body.push_back(scalar_float(xmm1, xmm0));
  }
  body.push_back(add(rax, 256));
  body.push_back(compare(rax, rdx));
  body.push_back(branch(0));
  HotCode code = code_of(body);
  sample_loop(code, 40e6, std::vector<double>(19, 1), [](double iterations, int at, int) {
    Registers registers{};
    registers[rax] = array_a + 256 * (in_trip(iterations, 2e6) + (at >= 17 ? 1U : 0U));
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(1));
  EXPECT_EQ(evidence.streams[0].coverage, 1);
  expect_close(evidence.traffic, 256 * 40e6);
}

TEST(LoopEvidence, counts_only_the_lines_that_a_strided_stream_touches) {
  HotCode code = code_of({load_vector(xmm0, memory(rax, no_register, 1, 0, 8)),
                          scalar_float(xmm1, xmm0), add(rax, 256), compare(rax, rdx), branch(0)});
  sample_loop(code, 40e6, {1, 5, 1, 1, 1}, [](double iterations, int at, int) {
    Registers registers{};
    registers[rax] = array_a + 256 * (in_trip(iterations, 2e6) + (at >= 3 ? 1U : 0U));
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_THAT(evidence.streams, SizeIs(1));
  EXPECT_NEAR(evidence.streams[0].coverage, 0.25, 0.01);
  expect_close(evidence.traffic, 64 * 40e6);
}

/// s += a[i * n + k] * b[k * n + j], columns of 8000-byte steps; a trip lasts 5 us.
TEST(LoopEvidence, knows_a_strided_walk_that_starts_anew_too_often) {
  HotCode code = code_of({load_vector(xmm0, memory(rax, no_register, 1, 0, 8)),
                          scalar_float(xmm0, xmm1), scalar_float(xmm1, xmm0), add(rax, 8000),
                          add(rcx, 1), compare(rcx, rdx), branch(0)});
  sample_loop(code, 200e6, {0, 90, 5, 3, 1, 1, 0}, [](double iterations, int at, int) {
    Registers registers{};
    const std::uint64_t column = static_cast<std::uint64_t>(iterations) / 1000 % 1000;
    const std::uint64_t line = static_cast<std::uint64_t>(iterations) % 1000;
    registers[rax] = array_a + 8 * column + 8000 * (line + (at >= 4 ? 1U : 0U));
    registers[rcx] = line + (at >= 5 ? 1U : 0U);
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  EXPECT_THAT(evidence.streams, SizeIs(0));
  EXPECT_FALSE(evidence.iterations_per_s);
  ASSERT_THAT(evidence.irregular, SizeIs(1));
  EXPECT_EQ(evidence.irregular[0].stride, 8000);
  EXPECT_TRUE(evidence.irregular[0].strided);
  expect_close(evidence.irregular[0].set_bytes, 8e6, 0.1);
  EXPECT_EQ(evidence.chain.cycles, 8);
  EXPECT_TRUE(evidence.chain.through_float);
}

/// The rows of a matrix product: each is read a thousand times before the next, 8 MB in one second.
TEST(LoopEvidence, does_not_take_the_slow_advance_of_rows_read_again_for_a_rate) {
  HotCode code = code_of({load_vector(xmm0, memory(rax, no_register, 1, 0, 8)),
                          scalar_float(xmm1, xmm0), add(rax, 8), compare(rax, rsi), branch(0)});
  sample_loop(code, 1e9, {0, 20, 40, 35, 5}, [](double iterations, int at, int) {
    Registers registers{};
    const auto i = static_cast<std::uint64_t>(iterations);
    registers[rax] = array_a + 8000 * (i / 1000000) + 8 * (i % 1000 + (at >= 3 ? 1U : 0U));
    registers[rsi] = array_a + 8000 * (i / 1000000 + 1);
    return registers;
  });
  const LoopEvidence evidence = examine(code, limits());
  EXPECT_FALSE(evidence.iterations_per_s) << *evidence.iterations_per_s;
  EXPECT_FALSE(evidence.stall_factor);
}

TEST(LoopEvidence, believes_speeds_that_neighbours_on_the_machine_disturb) {
  HotCode code = triad();
  Sampling disturbed;
  disturbed.noise = 0.3;
  sample_loop(code, 400e6, triad_weights, triad_course(45e6), disturbed);
  const LoopEvidence evidence = examine(code, limits());
  ASSERT_TRUE(evidence.iterations_per_s) << evidence.why_no_rate;
  expect_close(*evidence.iterations_per_s, 400e6, 0.03);
  expect_close(evidence.traffic, 32 * 400e6, 0.03);
}

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
