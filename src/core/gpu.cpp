#include "src/core/gpu.h"

#include <algorithm>
#include <array>

#include "src/core/gpu_use.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

template <typename Enum>
using Words = std::array<std::string_view, static_cast<std::size_t>(word_count<Enum>)>;

constexpr Words<GpuSource> source_words = {"cupti", "opencl"};
constexpr Words<GpuKind> kind_words = {"h2d",   "d2h",  "d2d", "p2p", "memset",  "kernel",
                                       "graph", "sync", "api", "map", "overhead"};
constexpr Words<GpuMemory> memory_words = {"unknown", "pageable", "pinned", "device", "managed"};

constexpr std::array<std::string_view, gpu_time_count> time_words = {
    "h2d",    "d2h",   "both_ways",   "kernel", "overlapped", "other",
    "launch", "graph", "sync_return", "api",    "host"};

}  // namespace

bool GpuTimeline::simulated() const {
  return std::any_of(devices.begin(), devices.end(),
                     [](const GpuDevice& one) { return one.simulated; });
}

std::string_view to_string(GpuTime word) { return time_words.at(static_cast<std::size_t>(word)); }
std::string_view to_string(GpuSource word) {
  return source_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(GpuKind word) { return kind_words.at(static_cast<std::size_t>(word)); }
std::string_view to_string(GpuMemory word) {
  return memory_words.at(static_cast<std::size_t>(word));
}

}  // namespace bottleneck
