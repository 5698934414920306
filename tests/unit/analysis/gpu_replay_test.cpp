// Replaying the operations of devices: unchanged it gives what was recorded, changed what the
// closed forms of research/gpu.md 5.4 give.
#include "src/analysis/gpu_replay.h"

#include <random>

#include <gtest/gtest.h>

#include "src/analysis/gpu_changes.h"
#include "tests/unit/analysis/gpu_builder.h"

namespace bottleneck {
namespace {

using testing::a_naive_addition;
using testing::GpuBuilder;

ReplayProgram program_of(const Profile& profile) {
  return record_program(profile.gpu, activities_of(profile.gpu));
}

double end_of(const ReplayProgram& program) { return replay(program).end; }

constexpr PinnedRates pinned{55e9, 55e9};

TEST(GpuReplay, gives_the_recorded_times_where_nothing_changes) {
  const GpuBuilder b = a_naive_addition(3);
  const ReplayProgram program = program_of(b.profile);
  const Replayed again = replay(program);
  ASSERT_EQ(again.starts.size(), b.profile.gpu.operations.size());
  for (std::size_t i = 0; i < again.starts.size(); ++i) {
    EXPECT_NEAR(again.starts[i], b.profile.gpu.operations[i].start_s, 1e-9);
    EXPECT_NEAR(again.ends[i], b.profile.gpu.operations[i].end_s, 1e-9);
  }
}

TEST(GpuReplay, keeps_streams_waits_and_host_time) {
  GpuBuilder b;
  b.add(GpuKind::h2d, 0.11, 0.3, 0.1).stream = 1;
  b.add(GpuKind::kernel, 0.31, 0.5, 0.12).stream = 1;
  b.add(GpuKind::kernel, 0.14, 0.2, 0.13).stream = 2;
  b.wait(0.15, 0.51);
  b.add(GpuKind::d2h, 0.62, 0.7, 0.6).stream = 1;
  b.wait(0.61, 0.71);
  ReplayProgram program = program_of(b.profile);
  EXPECT_NEAR(end_of(program), 0.61, 1e-9) << "from the first call on";
  program.operations[2].length = 0.09;  // of 0.19: the wait ends 0.1 s earlier
  EXPECT_NEAR(end_of(program), 0.51, 1e-9);
  program.operations[2].length = 0;  // the kernel of the other stream ended long before
  EXPECT_NEAR(end_of(program), 0.42, 1e-9);
}

TEST(GpuReplay, gives_the_recorded_end_for_any_timeline_of_one_stream) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    GpuBuilder b;
    double call = 0, end = 0;
    for (int i = 1 + below(40); i > 0; --i) {
      call += below(10) * 1e-3;
      if (below(4) == 0) {
        const double back = std::max(call, end) + 1e-3;
        b.wait(call, back);
        call = back;
        continue;
      }
      const double start = std::max(call, end) + below(3) * 1e-4;
      end = start + (1 + below(20)) * 1e-3;
      b.add(GpuKind::kernel, start, end, call);
    }
    if (b.profile.gpu.operations.empty()) continue;
    double first = 1e9, last = 0;
    for (const GpuOperation& one : b.profile.gpu.operations) {
      first = std::min(first, one.queued_s >= 0 ? one.queued_s : one.start_s);
      last = std::max(last, one.end_s);
    }
    EXPECT_NEAR(end_of(program_of(b.profile)), last - first, 1e-9);
  }
}

TEST(GpuChanges, pinned_copies_take_their_bytes_at_the_links_rate) {
  const GpuBuilder b = a_naive_addition();
  ReplayProgram program = program_of(b.profile);
  EXPECT_NEAR(end_of(program), 67.4e-3, 0.1e-3);
  EXPECT_TRUE(pin_copies(b.profile.gpu, pinned, program));
  EXPECT_NEAR(end_of(program), 14.9e-3, 0.05e-3);
  ReplayProgram slower = program_of(b.profile);
  EXPECT_FALSE(pin_copies(b.profile.gpu, {1e9, 1e9}, slower)) << "never slower than it was";
}

TEST(GpuChanges, chunks_on_streams_take_as_long_as_the_longest_stage_and_a_part_of_the_others) {
  const GpuBuilder b = a_naive_addition();
  const auto chunked = [&](int engines, double both_ways) {
    ReplayProgram program = program_of(b.profile);
    pin_copies(b.profile.gpu, pinned, program);
    EXPECT_TRUE(chunk_rounds({16, engines, both_ways, 0}, program));
    return end_of(program);
  };
  EXPECT_NEAR(chunked(2, 1), 10.1e-3, 0.05e-3);
  // As long as the results come back the inputs keep 0.85 of their pace: 9.76 + 4.88 (1 / 0.85 -
  // 1).
  EXPECT_NEAR(chunked(2, 0.85), 11.05e-3, 0.05e-3);
  EXPECT_NEAR(chunked(1, 1), 14.65e-3, 0.05e-3) << "both directions take turns";
}

TEST(GpuChanges, chunks_whose_calls_cost_more_than_the_round_are_fewer_or_none) {
  GpuBuilder b;
  b.copy(GpuKind::h2d, 0, 20e-6, 1000);
  b.add(GpuKind::kernel, 20e-6, 40e-6, 20e-6);
  b.copy(GpuKind::d2h, 40e-6, 60e-6, 1000);
  ReplayProgram program = program_of(b.profile);
  EXPECT_FALSE(chunk_rounds({}, program));
  EXPECT_NEAR(end_of(program), 60e-6, 1e-9);
}

TEST(GpuChanges, every_round_is_chunked_by_itself) {
  const GpuBuilder b = a_naive_addition(4);
  ReplayProgram program = program_of(b.profile);
  pin_copies(b.profile.gpu, pinned, program);
  EXPECT_TRUE(chunk_rounds({16, 2, 1, 0}, program));
  EXPECT_NEAR(end_of(program), 4 * 10.1e-3, 0.2e-3);
}

TEST(GpuChanges, repeated_inputs_are_dropped_by_their_hash_and_rounds_without) {
  GpuBuilder b = a_naive_addition(3);
  for (GpuOperation& one : b.profile.gpu.operations)
    if (one.kind == GpuKind::h2d) one.content = 1 + (one.start_s > 0.02 ? 1 : 0);
  ReplayProgram hashed = program_of(b.profile);
  const double round_s = end_of(hashed) / 3, copy_s = 268.435456e6 / 12e9;
  EXPECT_TRUE(drop_repeats(b.profile.gpu, hashed));
  EXPECT_NEAR(end_of(hashed), 3 * round_s - 4 * copy_s, 1e-4);
  ReplayProgram all = program_of(b.profile);
  EXPECT_TRUE(drop_rounds(true, all));
  EXPECT_NEAR(end_of(all), round_s + 2 * 0.27e-3, 1e-4);
  ReplayProgram results = program_of(b.profile);
  EXPECT_TRUE(drop_rounds(false, results));
  EXPECT_NEAR(end_of(results), 3 * round_s - 2 * copy_s, 1e-4);
  const GpuBuilder once = a_naive_addition(1);
  ReplayProgram one = program_of(once.profile);
  EXPECT_FALSE(drop_rounds(true, one)) << "data must get there once";
}

TEST(GpuChanges, a_copy_that_is_not_made_any_more_is_not_waited_for) {
  GpuBuilder b;
  for (int i = 0; i < 3; ++i) {
    const double at = i * 0.1;  // 10 ms of the host, a kernel, its result
    b.add(GpuKind::kernel, at + 0.011, at + 0.04, at + 0.01);
    GpuOperation& result = b.copy(GpuKind::d2h, at + 0.04, at + 0.1, 1e6);
    result.queued_s = at + 0.011;
    result.correlation = static_cast<std::uint64_t>(1 + i);
    b.wait(at + 0.011, at + 0.1).correlation = static_cast<std::uint64_t>(1 + i);
  }
  ReplayProgram program = program_of(b.profile);
  EXPECT_NEAR(end_of(program), 0.29, 1e-9);
  EXPECT_TRUE(drop_rounds(true, program));
  // The host issues all three at once but for its own 10 ms, behind kernels of 29 ms.
  EXPECT_NEAR(end_of(program), 3 * 0.029 + 0.001 + 0.06, 2.5e-3);
}

TEST(GpuChanges, tiny_kernels_of_a_graph_follow_each_other) {
  GpuBuilder b;
  for (int i = 0; i < 1000; ++i)
    b.add(GpuKind::kernel, i * 3.6e-6 + 1e-6, i * 3.6e-6 + 3e-6, i * 3.6e-6);
  b.wait(1000 * 3.6e-6, 1001 * 3.6e-6);
  ReplayProgram program = program_of(b.profile);
  EXPECT_NEAR(end_of(program), 1001 * 3.6e-6, 1e-8);
  EXPECT_TRUE(batch_launches(0.6e-6, program));
  EXPECT_NEAR(end_of(program), 1000 * 2.6e-6, 1e-5);
}

TEST(GpuChanges, copies_vanish_only_where_memory_is_the_hosts) {
  GpuBuilder b = a_naive_addition();
  ReplayProgram program = program_of(b.profile);
  EXPECT_FALSE(map_copies(b.profile.gpu, 0, program));
  b.device().host_memory = true;
  EXPECT_TRUE(map_copies(b.profile.gpu, 0, program));
  EXPECT_NEAR(end_of(program), 0.27e-3, 1e-8);
}

TEST(GpuChanges, a_wait_goes_unless_something_came_back_or_it_is_the_last) {
  GpuBuilder b;
  b.add(GpuKind::kernel, 0.01, 0.1, 0);
  b.wait(0.01, 0.12);
  b.add(GpuKind::kernel, 0.22, 0.3, 0.21);
  b.add(GpuKind::d2h, 0.3, 0.31, 0.211);
  b.wait(0.22, 0.33);
  b.add(GpuKind::kernel, 0.44, 0.5, 0.43);
  b.wait(0.44, 0.51);
  ReplayProgram program = program_of(b.profile);
  EXPECT_TRUE(drop_waits(program));
  // The first wait goes: the second kernel is called at 0.1 instead of 0.21 and follows the first.
  EXPECT_NEAR(end_of(program), 0.51 - 0.11, 2e-3);
}

}  // namespace
}  // namespace bottleneck
