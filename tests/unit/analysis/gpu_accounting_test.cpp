// Devices in the accounting of wall-clock time (DESIGN section 4), and what is said of them.
#include <cmath>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/advice.h"
#include "src/analysis/analyze.h"
#include "src/analysis/gpu_rules.h"
#include "src/core/words.h"
#include "tests/unit/analysis/gpu_builder.h"

namespace bottleneck {
namespace {

using testing::a_naive_addition;
using testing::GpuBuilder;
using ::testing::HasSubstr;
using testing::user_code;
using enum Bottleneck;

double share(const Report& report, Bottleneck kind) {
  const auto found = report.shares.find(kind);
  return found == report.shares.end() ? 0 : found->second;
}

double sum_of(const Report& report) {
  double sum = 0;
  for (const auto& [kind, one] : report.shares) sum += one;
  return sum;
}

const Recommendation* advice_of(const Report& report, Remedy remedy) {
  for (const Recommendation& one : report.recommendations)
    if (one.remedy == remedy) return &one;
  return nullptr;
}

TEST(GpuAccounting, a_device_owns_the_time_while_the_host_spins_in_a_call_for_it) {
  GpuBuilder b(10);
  b.work(0, b.place(user_code()), 0, 10);
  b.add(GpuKind::kernel, 2, 10, 2);
  b.wait(2, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, gpu_compute), 0.8, 1e-6);
  EXPECT_NEAR(share(report, compute), 0.2, 1e-6);
  EXPECT_NEAR(sum_of(report), 1, 1e-9);
  EXPECT_EQ(report.verdict.kind, gpu_compute);
}

TEST(GpuAccounting, a_device_owns_the_time_while_the_host_is_blocked_in_a_call_for_it) {
  GpuBuilder b(10);
  b.work(0, b.place(user_code()), 0, 2);
  b.idle(0, b.wait(WaitKind::condition), 2, 10);
  b.add(GpuKind::kernel, 2, 10, 2);
  b.wait(2, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, gpu_compute), 0.8, 1e-6);
  EXPECT_NEAR(share(report, compute), 0.2, 1e-6);
  EXPECT_NE(report.parallelism.word, Parallelism::idle) << "a device counts as a working thread";
}

TEST(GpuAccounting, host_code_beside_a_device_shares_the_instant) {
  GpuBuilder b(10);
  b.work(0, b.place(user_code()), 0, 10);
  b.add(GpuKind::kernel, 0, 10, 0);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, gpu_compute), 0.5, 1e-6);
  EXPECT_NEAR(share(report, compute), 0.5, 1e-6);
}

TEST(GpuAccounting, a_short_turn_of_host_and_device_within_a_window_is_told_apart) {
  GpuBuilder b(10);
  const int place = b.place(user_code());
  for (int i = 0; i < 1000; ++i) {
    b.profile.timeline.work.push_back({i, 0, {1, 0, 0, 0}, 0.004});
    b.profile.timeline.code.push_back({i, 0, place, 0.004, 4});
    b.profile.timeline.idle.push_back({i, {}, 0, -1, 0.006});
    b.add(GpuKind::kernel, i * 0.01 + 0.004, i * 0.01 + 0.0099, i * 0.01 + 0.004);
    b.wait(i * 0.01 + 0.004, i * 0.01 + 0.01);
  }
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, compute), 0.4, 1e-6);
  EXPECT_NEAR(share(report, gpu_compute), 0.59, 1e-6);
  EXPECT_NEAR(share(report, gpu_sync), 0.01, 1e-6);
}

TEST(GpuAccounting, a_thread_that_works_while_another_waits_for_the_device_shares_with_it) {
  GpuBuilder b(10, 4);
  const int place = b.place(user_code());
  const int worker = b.thread(0, "w", 0, 10);
  b.work(0, place, 0, 10, {2, 0, 0, 0}).work(worker, place, 0, 10, {2, 0, 0, 0});
  b.add(GpuKind::kernel, 0, 10, 0);
  b.wait(0, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, gpu_compute), 0.5, 1e-6);
  EXPECT_NEAR(share(report, compute), 0.5, 1e-6);
}

TEST(GpuAccounting, two_devices_are_two_workers) {
  GpuBuilder b(10);
  b.device(1);
  b.work(0, b.place(user_code()), 0, 10);
  b.add(GpuKind::kernel, 0, 10, 0);
  b.copy(GpuKind::h2d, 0, 10).device = 1;
  b.profile.gpu.operations.back().asynchronous = true;
  const Report report = analyze(b.profile);
  for (const Bottleneck kind : {compute, gpu_compute, gpu_transfer})
    EXPECT_NEAR(share(report, kind), 1.0 / 3, 1e-6) << to_string(kind);
}

TEST(GpuAccounting, launches_own_the_gaps_after_their_calls) {
  GpuBuilder b(1);
  b.work(0, b.place(user_code()), 0, 1);
  for (int i = 0; i < 4000; ++i)
    b.add(GpuKind::kernel, i * 250e-6 + 200e-6, i * 250e-6 + 250e-6, i * 250e-6);
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, gpu_launch);
  EXPECT_EQ(report.verdict.detail, Detail::tiny);
  EXPECT_NEAR(share(report, gpu_launch), 0.8, 0.01);
  ASSERT_NE(advice_of(report, Remedy::batch_launches), nullptr);
  EXPECT_EQ(advice_of(report, Remedy::batch_launches)->claim, Claim::conditional);
}

TEST(GpuAccounting, preparing_is_no_launch) {
  GpuBuilder b(1);
  b.work(0, b.place(user_code()), 0, 1);
  b.add(GpuKind::h2d, 0, 0.1, 0);
  b.add(GpuKind::kernel, 0.9, 1, 0.1);  // compiled first
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, gpu_launch);
  EXPECT_EQ(report.verdict.detail, Detail::setup);
  EXPECT_NE(advice_of(report, Remedy::prepare_once), nullptr);
}

TEST(GpuAccounting, threads_of_a_cpu_device_belong_to_its_commands) {
  GpuBuilder b(10);
  b.device().is_cpu = b.device().host_memory = true;
  const int worker = b.thread(0, "pool", 0, 10);
  const int place = b.place(user_code());
  b.work(0, place, 0, 4);
  b.work(worker, place, 4, 10);
  b.copy(GpuKind::h2d, 4, 8, 1e9);
  b.add(GpuKind::kernel, 8, 10, 8);
  b.wait(8, 10);
  const Report report = analyze(b.profile);
  EXPECT_NEAR(share(report, compute), 0.4, 1e-6);
  EXPECT_NEAR(share(report, gpu_transfer), 0.4, 1e-6);
  EXPECT_NEAR(share(report, gpu_compute), 0.2, 1e-6);
  EXPECT_NE(advice_of(report, Remedy::map_memory), nullptr);
  EXPECT_EQ(advice_of(report, Remedy::overlap_copies), nullptr) << "the copies use the same cores";
  EXPECT_EQ(advice_of(report, Remedy::pin_memory), nullptr);
}

TEST(GpuAccounting, classes_of_devices_are_absent_where_none_was_looked_for) {
  GpuBuilder b(10);
  b.profile.gpu = {};
  b.work(0, b.place(user_code()), 0, 10);
  EXPECT_EQ(analyze(b.profile).shares.count(gpu_transfer), 0U);
  b.profile.probes = {{"gpu.cupti", ProbeStatus::unavailable, "no driver", "", ""}};
  EXPECT_EQ(analyze(b.profile).shares.count(gpu_transfer), 0U);
  b.profile.probes[0].status = ProbeStatus::available;
  const Report looked = analyze(b.profile);
  EXPECT_EQ(looked.shares.at(gpu_transfer), 0);
  for (const RuledOut& one : looked.verdict.ruled_out) EXPECT_NE(one.kind, gpu_transfer);
}

TEST(GpuAccounting, shares_sum_to_one_for_any_timeline) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    GpuBuilder b(0.2 + below(10) * 0.1, 1 + below(4));
    b.device().is_cpu = below(3) == 0;
    b.device(1).host_memory = below(2) == 0;
    const int worker = b.thread(0, "w", 0, 1);
    const int place = b.place(user_code());
    b.wait(WaitKind::condition);
    for (int i = below(200); i > 0; --i) {
      const int window = below(static_cast<unsigned>(b.profile.timeline.windows));
      const int thread = below(2) ? worker : 0;
      const double seconds = below(100) * 1e-4;
      const Instant now{1 + below(3), below(2), below(3), below(3)};
      if (below(3))
        b.profile.timeline.work.push_back({window, thread, now, seconds});
      else
        b.profile.timeline.idle.push_back({window, {0, 0, below(2), below(2)}, 0, 0, seconds});
      b.profile.timeline.code.push_back({window, thread, place, seconds, 3});
    }
    for (int i = below(100); i > 0; --i) {
      const double start = below(1200) * 1e-3;
      GpuOperation& one = b.add(static_cast<GpuKind>(below(11)), start, start + below(100) * 1e-3,
                                below(3) ? start - below(20) * 1e-3 : -1);
      one.device = below(2);
      one.thread = below(3) - 1;
      one.count = 1 + below(3);
      one.asynchronous = below(2) == 0;
      one.source = static_cast<GpuMemory>(below(5));
      one.bytes = static_cast<std::uint64_t>(below(1 << 20));
      one.content = static_cast<std::uint64_t>(below(5));
    }
    const Report report = analyze(b.profile);
    EXPECT_NEAR(sum_of(report), 1, 1e-9);
    for (const auto& [kind, one] : report.shares) EXPECT_GE(one, 0) << to_string(kind);
    for (const Recommendation& one : report.recommendations) {
      EXPECT_TRUE(std::isfinite(one.prediction.speedup.high));
      EXPECT_LE(one.prediction.speedup.low, one.prediction.speedup.value);
      EXPECT_LE(one.prediction.speedup.value, one.prediction.speedup.high);
    }
  }
}

TEST(GpuRules, reach_every_class_of_devices_and_end_with_a_row_for_anything) {
  std::set<Bottleneck> reached;
  for (const GpuRule& rule : gpu_rules()) {
    reached.insert(rule.kind.kind);
    EXPECT_FALSE(advice_for(rule.kind).empty())
        << to_string(rule.kind.kind) << " " << to_string(rule.kind.detail);
  }
  EXPECT_EQ(reached, (std::set{gpu_transfer, gpu_compute, gpu_memory, gpu_launch, gpu_sync}));
  for (int i = 0; i < word_count<GpuKind>; ++i) {
    GpuFacts facts;
    facts.kind = static_cast<GpuKind>(i);
    EXPECT_FALSE(classify_gpu(facts).because.empty());
  }
}

TEST(GpuRules, what_limits_a_kernel_is_said_by_evidence_alone) {
  GpuBuilder b(10);
  b.add(GpuKind::kernel, 0, 10, 0);
  const Report blind = analyze(b.profile);
  EXPECT_EQ(blind.verdict.kind, gpu_compute);
  EXPECT_EQ(blind.verdict.detail, Detail::unsplit);
  EXPECT_EQ(blind.verdict.confidence, Confidence::weak);
  EXPECT_THAT(blind.verdict.reasons, ::testing::Contains(HasSubstr("counters need privileges")));
  EXPECT_EQ(blind.shares.count(gpu_memory), 0U) << "nobody could tell it";
  b.device().memory_bandwidth = 3e12;
  b.profile.gpu.operations[0].bytes = 25'000'000'000'000;
  const Report streams = analyze(b.profile);
  EXPECT_EQ(streams.verdict.kind, gpu_memory);
  EXPECT_THAT(streams.findings.front().note, HasSubstr("2500 of 3000 GB/s"));
  b.profile.gpu.operations[0].bytes = 1'000'000'000'000;
  EXPECT_EQ(analyze(b.profile).verdict.kind, gpu_compute);
  b.profile.measurements = {{"gpu.dram_share", exactly(0.71, Unit::ratio), "cupti", 1},
                            {"gpu.issue_share", exactly(0.3, Unit::ratio), "cupti", 1}};
  EXPECT_EQ(analyze(b.profile).verdict.kind, gpu_memory) << "counters go before declarations";
}

TEST(GpuAdvice, for_the_naive_addition_is_pinned_memory_and_chunks) {
  GpuBuilder b = a_naive_addition();
  b.work(0, b.place(user_code()), 0, b.profile.this_run().wall_s);
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, gpu_transfer);
  EXPECT_EQ(report.verdict.detail, Detail::pageable);
  const Recommendation* pinned = advice_of(report, Remedy::pin_memory);
  const Recommendation* chunked = advice_of(report, Remedy::overlap_copies);
  ASSERT_TRUE(pinned && chunked);
  EXPECT_NEAR(pinned->prediction.speedup.value, 67.4 / 14.9, 0.05);
  EXPECT_NEAR(chunked->prediction.speedup.value, 67.4 / 11.05, 0.15);
  EXPECT_LE(chunked->prediction.speedup.low, 67.4 / 13.5);
  EXPECT_GE(chunked->prediction.speedup.high, 67.4 / 10.1);
  EXPECT_EQ(pinned->claim, Claim::expected);
  EXPECT_EQ(chunked->claim, Claim::conditional);
  EXPECT_EQ(pinned->family, Family::gpu);
  EXPECT_EQ(advice_of(report, Remedy::map_memory), nullptr);
}

TEST(GpuAdvice, is_held_against_the_whole_run) {
  GpuBuilder b = a_naive_addition();
  const double gpu_s = b.profile.this_run().wall_s;
  b.profile.runs[0].wall_s = 2 * gpu_s;
  b.profile.timeline.windows *= 2;
  const Recommendation* pinned = nullptr;
  const Report report = analyze(b.profile);
  pinned = advice_of(report, Remedy::pin_memory);
  ASSERT_NE(pinned, nullptr);
  EXPECT_NEAR(pinned->prediction.speedup.value, 2 * 67.4 / (67.4 + 14.9), 0.02);
}

TEST(GpuAdvice, gives_no_figure_without_a_rate_and_says_what_is_missing) {
  GpuBuilder b = a_naive_addition();
  b.device().link_bandwidth = 0;
  const Report report = analyze(b.profile);
  EXPECT_EQ(advice_of(report, Remedy::pin_memory), nullptr);
  EXPECT_EQ(advice_of(report, Remedy::overlap_copies), nullptr);
  EXPECT_THAT(report.profile.notes, ::testing::Contains(HasSubstr("is not predicted")));
  b.profile.ceilings = {
      {"gpu.h2d_pinned", Quantity{50e9, 45e9, 52e9, Unit::bytes_per_second}, "", 1},
      {"gpu.d2h_pinned", Quantity{50e9, 45e9, 52e9, Unit::bytes_per_second}, "", 1}};
  const Report measured = analyze(b.profile);
  ASSERT_NE(advice_of(measured, Remedy::pin_memory), nullptr);
  EXPECT_THAT(advice_of(measured, Remedy::pin_memory)->prediction.model,
              HasSubstr("measured here"));
}

TEST(GpuAdvice, pinned_copies_of_the_run_go_before_the_link) {
  GpuBuilder b = a_naive_addition();
  GpuOperation& one = b.add(GpuKind::h2d, 0.0674, 0.0675, 0.0674);
  one.bytes = 2'000'000;
  one.source = GpuMemory::pinned;
  const Report report = analyze(b.profile);
  ASSERT_NE(advice_of(report, Remedy::pin_memory), nullptr);
  EXPECT_THAT(advice_of(report, Remedy::pin_memory)->prediction.model,
              HasSubstr("pinned copies of this run"));
}

TEST(GpuAdvice, data_that_was_there_is_expected_to_stay_and_the_rest_is_a_bound) {
  GpuBuilder b = a_naive_addition(5);
  const Report unknown = analyze(b.profile);
  ASSERT_NE(advice_of(unknown, Remedy::keep_on_device), nullptr);
  EXPECT_EQ(advice_of(unknown, Remedy::keep_on_device)->claim, Claim::bound);
  for (GpuOperation& one : b.profile.gpu.operations)
    if (one.kind == GpuKind::h2d) one.content = 77;
  const Report proven = analyze(b.profile);
  ASSERT_NE(advice_of(proven, Remedy::keep_on_device), nullptr);
  EXPECT_EQ(advice_of(proven, Remedy::keep_on_device)->claim, Claim::expected);
  EXPECT_EQ(proven.verdict.detail, Detail::repeated);
}

TEST(GpuAdvice, the_cpus_are_named_where_their_memory_is_faster_than_the_link) {
  GpuBuilder b = a_naive_addition();
  EXPECT_EQ(advice_of(analyze(b.profile), Remedy::compute_on_cpu), nullptr) << "nothing measured";
  b.profile.ceilings = {{"memory.triad_2", exactly(80e9, Unit::bytes_per_second), "", 1}};
  const Report report = analyze(b.profile);
  ASSERT_NE(advice_of(report, Remedy::compute_on_cpu), nullptr);
  EXPECT_NEAR(advice_of(report, Remedy::compute_on_cpu)->prediction.speedup.value, 67.4 / 10.07,
              0.1);
}

TEST(GpuWords, say_simulated_wherever_a_figure_stands) {
  GpuBuilder b = a_naive_addition();
  b.device().simulated = true;
  const Report report = analyze(b.profile);
  EXPECT_THAT(report.verdict.sentence, HasSubstr("SIMULATED"));
  EXPECT_THAT(report.verdict.reasons.front(), HasSubstr("SIMULATED"));
  EXPECT_THAT(report.findings.front().note, HasSubstr("SIMULATED"));
  for (const Recommendation& one : report.recommendations)
    EXPECT_THAT(one.action, HasSubstr("SIMULATED"));
  EXPECT_FALSE(report.recommendations.empty());
  const Report again = analyze(report.profile);
  EXPECT_EQ(again.profile.notes, report.profile.notes);
  EXPECT_EQ(again.verdict.sentence, report.verdict.sentence);
}

TEST(GpuWords, what_is_missing_of_the_timeline_is_said_and_lowers_the_confidence) {
  GpuBuilder b(10);
  b.copy(GpuKind::h2d, 0, 10, 1e9);
  b.profile.gpu.dropped = 5;
  b.profile.gpu.truncated = true;
  b.profile.gpu.tracing_s = 2;
  const Report report = analyze(b.profile);
  EXPECT_EQ(report.verdict.kind, gpu_transfer);
  EXPECT_EQ(report.verdict.confidence, Confidence::weak) << "5 of 6 are missing";
  EXPECT_THAT(report.profile.notes, ::testing::Contains(HasSubstr("not recorded")));
  EXPECT_THAT(report.verdict.reasons, ::testing::Contains(HasSubstr("tracing the GPU")));
  EXPECT_THAT(report.verdict.reasons, ::testing::Contains(HasSubstr("cut off")));
}

}  // namespace
}  // namespace bottleneck
