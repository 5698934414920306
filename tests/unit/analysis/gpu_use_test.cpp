// How a device's own time is split: shares without thresholds, gaps by what came before the call.
#include "src/analysis/gpu_use.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/analysis/gpu_builder.h"

namespace bottleneck {
namespace {

using testing::GpuBuilder;

GpuUse use_of(const Profile& profile, std::size_t index = 0) {
  const auto all = measure_gpu_use(profile, activities_of(profile.gpu));
  EXPECT_GT(all.size(), index);
  return index < all.size() ? all[index] : GpuUse{};
}

double sum_of(const GpuUse& use) {
  return std::accumulate(use.shares.begin(), use.shares.end(), 0.0);
}

TEST(GpuSpans, unite_cut_and_subtract) {
  const Spans a = unite({{3, 4}, {0, 1}, {0.5, 2}, {5, 5}});
  ASSERT_EQ(a.size(), 2U);
  EXPECT_DOUBLE_EQ(length_of(a), 3);
  const Spans b{{1, 3.5}};
  EXPECT_DOUBLE_EQ(length_of(intersect(a, b)), 1.5);
  EXPECT_DOUBLE_EQ(length_of(subtract(a, b)), 1.5);
  EXPECT_DOUBLE_EQ(length_of(subtract(b, a)), 1);
  EXPECT_TRUE(subtract({}, b).empty());
}

TEST(GpuUse, tells_copies_kernels_and_what_overlaps) {
  GpuBuilder b;
  b.add(GpuKind::h2d, 0, 2);
  b.add(GpuKind::d2h, 1, 3).stream = 1;
  b.add(GpuKind::kernel, 2.5, 5).stream = 2;
  b.add(GpuKind::memset, 5, 10);
  const GpuUse use = use_of(b.profile);
  EXPECT_DOUBLE_EQ(use.window_s, 10);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::h2d), 0.1);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::both_ways), 0.1);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::d2h), 0.05);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::overlapped), 0.05);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::kernel), 0.2);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::other), 0.5);
  EXPECT_DOUBLE_EQ(sum_of(use), 1);
}

TEST(GpuUse, a_gap_is_the_hosts_before_the_next_call_and_launch_after_it) {
  GpuBuilder b;
  b.add(GpuKind::kernel, 0, 1, 0);
  b.wait(0.5, 2);             // returns a second late
  b.add(GpuKind::api, 3, 5);  // allocates
  b.add(GpuKind::kernel, 8, 10, 6);
  const GpuUse use = use_of(b.profile);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::sync_return), 0.1);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::api), 0.2);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::host), 0.2);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::launch), 0.2);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::kernel), 0.3);
  EXPECT_EQ(use.syncs, 1U);
  EXPECT_EQ(use.tiny_launches, 0U) << "a kernel as long as its launch is not tiny";
}

TEST(GpuUse, gaps_inside_a_graph_are_no_launches) {
  GpuBuilder b;
  for (int i = 0; i < 3; ++i) {
    GpuOperation& one = b.add(GpuKind::kernel, 2 * i, 2 * i + 1, 0);
    one.from_graph = true;
    one.correlation = 7;
  }
  const GpuUse use = use_of(b.profile);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::graph), 0.4);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::launch), 0);
}

TEST(GpuUse, counts_tiny_launches_bytes_repeats_and_occupancy) {
  GpuBuilder b;
  b.copy(GpuKind::h2d, 0, 1, 8e9).content = 5;
  b.copy(GpuKind::h2d, 1, 2, 8e9).content = 5;
  b.add(GpuKind::h2d, 2, 4).bytes = 32'000'000'000;
  b.add(GpuKind::kernel, 5, 5.5, 4).occupancy = 0.5;
  b.add(GpuKind::kernel, 5.5, 7, 5).occupancy = 1;
  const GpuUse use = use_of(b.profile);
  EXPECT_EQ(use.tiny_launches, 1U);
  EXPECT_EQ(use.h2d.copies, 3U);
  EXPECT_DOUBLE_EQ(use.h2d.bandwidth(), 12e9);
  EXPECT_DOUBLE_EQ(use.h2d.pageable_s, 2);
  EXPECT_DOUBLE_EQ(use.h2d.repeated_bytes, 8e9);
  EXPECT_DOUBLE_EQ(use.occupancy, 0.875);
  EXPECT_EQ(use.main_kernel, "add");
}

TEST(GpuUse, results_that_come_back_as_input_are_repeats) {
  GpuBuilder b;
  b.copy(GpuKind::d2h, 0, 1, 100).content = 5;
  b.copy(GpuKind::h2d, 1, 2, 100).content = 5;
  b.copy(GpuKind::h2d, 2, 3, 50).content = 5;
  b.copy(GpuKind::h2d, 3, 4, 100).content = 0;
  const auto repeats = find_repeats(b.profile.gpu);
  EXPECT_EQ(repeats, (std::vector<bool>{false, true, false, false}));
}

TEST(GpuUse, spreads_a_folded_row_over_its_span) {
  GpuBuilder b;
  GpuOperation& row = b.add(GpuKind::kernel, 0, 10, -1);
  row.count = 5;
  row.busy_s = 5;
  row.queued_s = -0.5;
  const GpuUse use = use_of(b.profile);
  EXPECT_DOUBLE_EQ(use.share_of(GpuTime::kernel), 0.5);
  EXPECT_EQ(use.kernels, 5U);
  EXPECT_DOUBLE_EQ(use.median_kernel_s, 1);
  EXPECT_DOUBLE_EQ(sum_of(use), 1);
}

TEST(GpuUse, keeps_devices_apart) {
  GpuBuilder b;
  b.device(1).name = "another";
  b.add(GpuKind::h2d, 0, 1);
  b.add(GpuKind::kernel, 0, 4).device = 1;
  EXPECT_DOUBLE_EQ(use_of(b.profile, 0).share_of(GpuTime::h2d), 1);
  EXPECT_DOUBLE_EQ(use_of(b.profile, 1).share_of(GpuTime::kernel), 1);
}

TEST(GpuUse, nothing_and_operations_without_a_time_leave_nothing) {
  GpuBuilder b;
  EXPECT_TRUE(measure_gpu_use(b.profile, activities_of(b.profile.gpu)).empty());
  b.add(GpuKind::kernel, 0, 0);
  EXPECT_TRUE(measure_gpu_use(b.profile, activities_of(b.profile.gpu)).empty());
  b.add(GpuKind::kernel, 1, 1);
  EXPECT_DOUBLE_EQ(sum_of(use_of(b.profile)), 1) << "of no length";
}

TEST(GpuUse, shares_sum_to_one_for_any_timeline) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    GpuBuilder b;
    b.device(1);
    for (int i = 1 + below(60); i > 0; --i) {
      const double start = below(1000) * 1e-3;
      GpuOperation& one = b.add(static_cast<GpuKind>(below(11)), start, start + below(100) * 1e-3,
                                below(3) ? start - below(50) * 1e-3 : -1);
      one.device = below(2);
      one.stream = below(3);
      one.from_graph = below(4) == 0;
      one.correlation = static_cast<std::uint64_t>(below(4));
      one.count = 1 + below(4);
    }
    for (const GpuUse& use : measure_gpu_use(b.profile, activities_of(b.profile.gpu))) {
      EXPECT_NEAR(sum_of(use), 1, 1e-9);
      for (const double share : use.shares) EXPECT_GE(share, 0);
    }
  }
}

}  // namespace
}  // namespace bottleneck
