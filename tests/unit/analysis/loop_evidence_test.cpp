// Loops whose streams and rates are known exactly, sampled as the probes do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/analysis/known_loops.h"

namespace bottleneck {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

}  // namespace
}  // namespace bottleneck
