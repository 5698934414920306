#include "probes/ceilings/kernels/wide.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace bottleneck::ceilings {
namespace {

constexpr std::size_t check_bytes = 4096;
constexpr std::size_t alignment = 64;

struct Freed {
  void operator()(char* memory) const { std::free(memory); }
};
using Block = std::unique_ptr<char, Freed>;

Block make_block() { return Block(static_cast<char*>(std::aligned_alloc(alignment, check_bytes))); }

/// Each lane of each chain tends to 2, and reaches it exactly after as many steps as it has bits.
bool chains_are_right(double (*flops)(long), int lanes) {
  constexpr long enough = 100;
  const double all = 2.0 * flop_chains * lanes;
  const double after_one = 1.5 * flop_chains * lanes;
  return flops(enough) == all && flops(1) == after_one;
}

bool streams_are_right(const WideKernels& kernels) {
  const Block from = make_block();
  const Block to = make_block();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < check_bytes / sizeof sum; ++i) {
    const std::uint64_t word = i * i + 1;
    std::memcpy(from.get() + i * sizeof word, &word, sizeof word);
    sum += word;
  }
  if (kernels.read(from.get(), check_bytes) != sum) return false;
  kernels.copy_nt(to.get(), from.get(), check_bytes);
  if (std::memcmp(to.get(), from.get(), check_bytes) != 0) return false;
  constexpr std::uint64_t pattern = 0x0123456789abcdef;
  kernels.write(to.get(), check_bytes, pattern);
  return kernels.read(to.get(), check_bytes) == pattern * (check_bytes / sizeof pattern);
}

bool triad_is_right(const WideKernels& kernels) {
  constexpr std::size_t count = check_bytes / sizeof(double);
  const Block memory[3] = {make_block(), make_block(), make_block()};
  double* values[3];
  for (int i = 0; i < 3; ++i) values[i] = reinterpret_cast<double*>(memory[i].get());
  for (std::size_t i = 0; i < count; ++i) {
    values[0][i] = -1;
    values[1][i] = static_cast<double>(i);
    values[2][i] = static_cast<double>(2 * i);
  }
  kernels.triad(values[0], values[1], values[2], 3, check_bytes);
  for (std::size_t i = 0; i < count; ++i)
    if (values[0][i] != static_cast<double>(7 * i)) return false;
  return true;
}

}  // namespace

bool has_kernels(const char* name) {
  if (std::strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (std::strcmp(name, "avx512") == 0) return __builtin_cpu_supports("avx512f");
  return true;  // SSE2 belongs to x86-64
}

std::vector<const WideKernels*> kernels_here() {
  std::vector<const WideKernels*> here;
  for (const WideKernels* one :
       {&scalar_kernels(), &sse_kernels(), &avx2_kernels(), &avx512_kernels()})
    if (has_kernels(one->name)) here.push_back(one);
  return here;
}

const char* check_kernels(const WideKernels& kernels) {
  const auto lanes = [&](std::size_t size) {
    return std::max(1, kernels.vector_bytes / static_cast<int>(size));
  };
  if (!chains_are_right(kernels.flops_f64, lanes(sizeof(double))))
    return "the chains of doubles gave a wrong sum";
  const int floats = kernels.read ? lanes(sizeof(float)) : 1;
  if (!chains_are_right(kernels.flops_f32, floats)) return "the chains of floats gave a wrong sum";
  if (!kernels.read) return "";
  if (!streams_are_right(kernels)) return "a stream read or wrote wrong words";
  if (!triad_is_right(kernels)) return "the triad gave wrong values";
  return "";
}

}  // namespace bottleneck::ceilings
