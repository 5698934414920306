#include "probes/gpu/occupancy.h"

#include <gtest/gtest.h>

namespace bottleneck::gpu {
namespace {

double occupancy(std::uint32_t registers, std::uint32_t block, std::uint32_t shared = 0) {
  inject::GpuRecord kernel{};
  kernel.registers = registers;
  kernel.block = block;
  kernel.shared_bytes = shared;
  inject::GpuDeviceFacts hopper{};
  hopper.most_warps = 64;
  hopper.most_blocks = 32;
  hopper.most_registers = 65536;
  hopper.most_shared_bytes = 228 << 10;
  hopper.warp_size = 32;
  return occupancy_of(kernel, hopper);
}

// Source of these three: cuda_occupancy.h itself (research/gpu.md section 2).
TEST(Occupancy, is_limited_by_registers) {
  EXPECT_DOUBLE_EQ(occupancy(16, 256), 1);
  EXPECT_DOUBLE_EQ(occupancy(64, 256), 0.5);
  EXPECT_DOUBLE_EQ(occupancy(128, 256), 0.25);
}

TEST(Occupancy, is_limited_by_blocks_and_shared_memory) {
  EXPECT_DOUBLE_EQ(occupancy(16, 32), 0.5);
  EXPECT_DOUBLE_EQ(occupancy(16, 256, 100 << 10), 0.25);
}

TEST(Occupancy, is_unknown_without_facts) {
  EXPECT_DOUBLE_EQ(occupancy_of(inject::GpuRecord{}, inject::GpuDeviceFacts{}), 0);
  EXPECT_DOUBLE_EQ(occupancy(16, 0), 0);
  EXPECT_DOUBLE_EQ(occupancy(4'000'000'000, 256), 0);
}

}  // namespace
}  // namespace bottleneck::gpu
