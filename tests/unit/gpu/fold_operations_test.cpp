#include "probes/gpu/fold_operations.h"

#include <gtest/gtest.h>

namespace bottleneck::gpu {
namespace {

std::vector<GpuOperation> kernels(int count) {
  std::vector<GpuOperation> made(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    GpuOperation& one = made[static_cast<std::size_t>(i)];
    one.start_s = 0.001 * i;
    one.end_s = one.start_s + 0.0005;
    one.busy_s = 0.0005;
    one.bytes = 3;
    one.stream = i % 3;
  }
  return made;
}

TEST(FoldOperations, keeps_a_short_list_and_sorts_it) {
  auto list = kernels(3);
  std::swap(list[0], list[2]);
  fold_operations(list, 8);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_LT(list[0].start_s, list[1].start_s);
  EXPECT_EQ(list[0].count, 1);
}

TEST(FoldOperations, keeps_the_totals_of_a_long_list) {
  auto list = kernels(10'000);
  fold_operations(list, 100);
  EXPECT_LE(list.size(), 100U);
  EXPECT_GT(list.size(), 20U);  // and does not throw away more than it has to
  int count = 0;
  double busy_s = 0;
  std::uint64_t bytes = 0;
  for (const GpuOperation& row : list) {
    count += row.count;
    busy_s += row.busy_s;
    bytes += row.bytes;
    EXPECT_GE(row.end_s - row.start_s, row.busy_s * 0.999);
  }
  EXPECT_EQ(count, 10'000);
  EXPECT_EQ(bytes, 30'000U);
  EXPECT_NEAR(busy_s, 5.0, 1e-9);
}

TEST(FoldOperations, tells_streams_kinds_and_contents_apart) {
  auto list = kernels(1'000);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i % 2 == 1) list[i].kind = GpuKind::h2d;
    if (i % 2 == 1) list[i].content = 1 + i % 5;
  }
  fold_operations(list, 200);
  for (const GpuOperation& row : list)
    if (row.kind == GpuKind::h2d) {
      EXPECT_NE(row.content, 0U);
    }
}

TEST(FoldOperations, ends_when_all_names_differ) {
  auto list = kernels(1'000);
  for (std::size_t i = 0; i < list.size(); ++i) list[i].name = static_cast<int>(i);
  fold_operations(list, 10);
  ASSERT_LE(list.size(), 10U);
  int count = 0;
  for (const GpuOperation& row : list) count += row.count;
  EXPECT_EQ(count, 1'000);
}

}  // namespace
}  // namespace bottleneck::gpu
