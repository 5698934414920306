// The kernels that need wide registers, one set per instruction set. Each set is compiled in a file
// of its own with that instruction set allowed (wide_*.cpp) and is only called where
// __builtin_cpu_supports says so. Their timing is compute.cpp and bandwidth.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bottleneck::ceilings {

/// Chains that a kernel keeps in registers: latency of mul+add (6-8 cycles) times one or two a
/// cycle needs 8 to 12, and some slack, without which speed depends on chance; two registers of the
/// 16 hold constants.
constexpr int flop_chains = 14;

struct WideKernels {
  const char* name;  ///< "scalar", "sse", "avx2", "avx512"
  int vector_bytes;  ///< of one register as it is used
  /// x = x / 2 + 1 in flop_chains registers, `times` times; the sum of all lanes, which is 2 each.
  double (*flops_f64)(long times);
  double (*flops_f32)(long times);
  /// Sums up 64-bit words. Needs: aligned to 64 bytes, a multiple of 512 bytes; so do all below.
  std::uint64_t (*read)(const char* from, std::size_t bytes);
  void (*write)(char* to, std::size_t bytes, std::uint64_t word);
  void (*triad)(double* to, const double* b, const double* c, double factor, std::size_t bytes);
  void (*copy_nt)(char* to, const char* from, std::size_t bytes);
};

const WideKernels& scalar_kernels();  ///< only its flops
const WideKernels& sse_kernels();
const WideKernels& avx2_kernels();
const WideKernels& avx512_kernels();

/// All that this CPU has, narrowest first.
std::vector<const WideKernels*> kernels_here();

/// The set of that name that any x86-64 might have, and whether this CPU has it.
bool has_kernels(const char* name);

/// Runs every kernel of the set on a few kilobytes and compares what it did: "" or what is wrong.
const char* check_kernels(const WideKernels&);

}  // namespace bottleneck::ceilings
