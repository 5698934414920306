#include "probes/gpu/occupancy.h"

#include <algorithm>

namespace bottleneck::gpu {
namespace {

/// Registers are given to a warp in pieces of this many, and warps to a multiprocessor's four
/// schedulers evenly. Source: cuda_occupancy.h of CUDA 13 (compute capability 3.0 and later).
constexpr std::uint32_t register_piece = 256;
constexpr std::uint32_t schedulers = 4;
/// Shared memory comes in pieces of this, and each block has one KB of it from compute capability
/// 8.0 on. Source: the same.
constexpr std::uint32_t shared_piece = 128;
constexpr std::uint32_t shared_of_system = 1024;

std::uint32_t round_up(std::uint32_t value, std::uint32_t piece) {
  return (value + piece - 1) / piece * piece;
}

}  // namespace

double occupancy_of(const inject::GpuRecord& kernel, const inject::GpuDeviceFacts& device) {
  const std::uint32_t warp = device.warp_size;
  if (warp == 0 || warp > 1024 || device.most_warps == 0 || kernel.block == 0 ||
      kernel.block > 1U << 20 || kernel.registers > 1024)
    return 0;
  const std::uint32_t warps = (kernel.block + warp - 1) / warp;
  std::uint32_t blocks = device.most_warps / warps;
  if (device.most_blocks > 0) blocks = std::min(blocks, device.most_blocks);
  if (kernel.registers > 0 && device.most_registers > 0) {
    const std::uint32_t of_a_warp = round_up(kernel.registers * warp, register_piece);
    const std::uint32_t fitting = device.most_registers / schedulers / of_a_warp * schedulers;
    blocks = std::min(blocks, fitting / warps);
  }
  if (kernel.shared_bytes > 0 && device.most_shared_bytes > 0 &&
      kernel.shared_bytes <= device.most_shared_bytes)
    blocks = std::min(blocks, device.most_shared_bytes /
                                  round_up(kernel.shared_bytes + shared_of_system, shared_piece));
  return std::min(1.0, static_cast<double>(blocks * warps) / device.most_warps);
}

}  // namespace bottleneck::gpu
