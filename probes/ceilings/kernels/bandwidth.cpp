// How fast streams of data are read, written and copied, by mix and by number of threads: one limit
// per mix, for a write costs a read of its line, a non-temporal one does not.
#include <algorithm>

#include <fmt/format.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"
#include "probes/ceilings/kernels/wide.h"

namespace bottleneck::ceilings {
namespace {

constexpr double quick_s = 0.12;
constexpr double margin = 0.06;  ///< Samples::least_margin
constexpr double full_s = 0.4;
/// A slice of a thread's part: some 0.2-0.5 ms, so that a good moment is found; the next slice
/// takes the next piece, so that all of the memory is passed before any of it is seen again.
constexpr std::size_t piece = 2u << 20;
/// Needs of the kernels: wide.h.
constexpr std::size_t grain = 512;
/// The most that any x86 core loads in a cycle: three of 32 bytes, or two of 64.
constexpr double most_bytes_per_cycle = 128;
/// STREAM's rule: what is smaller partly measures the cache.
constexpr double times_cache = 4;
/// The bit pattern of 1.0: no denormal and no zero page.
constexpr std::uint64_t pattern = 0x3ff0000000000000;

/// Microcoded: the CPU may fill whole lines without reading them.
void fill_by_string(char* to, std::size_t bytes) {
  asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0x3f) : "memory");
}

struct Mix {
  const char* name;
  std::size_t arrays;  ///< that a piece is spread over
  double counted;      ///< bytes that count per byte of one array
};
constexpr Mix mixes[] = {
    {"read", 1, 1}, {"write", 1, 1}, {"triad", 3, 3}, {"copy_nt", 2, 2}, {"fill_rep", 1, 1}};

/// The widest registers move most from a cache; for streams from memory the width does not matter.
/// Looked for once: a pass through the first cache takes no longer than that.
const WideKernels& widest() {
  static const WideKernels& one = *kernels_here().back();
  return one;
}

/// One thread's part of the pool, passed piece by piece, round and round.
class Stream {
 public:
  Stream(const Mix& mix, char* memory, std::size_t bytes)
      : mix_(mix),
        memory_(memory),
        array_bytes_(bytes / mix.arrays / grain * grain),
        piece_(std::min(piece, array_bytes_)) {}

  double bytes_counted() const { return mix_.counted * static_cast<double>(piece_); }
  void pass() {
    char* at = memory_ + offset_;
    const std::string_view name = mix_.name;
    if (name == "read") {
      sum_ += widest().read(at, piece_);
    } else if (name == "write") {
      widest().write(at, piece_, pattern);
    } else if (name == "triad") {
      widest().triad(array(0), array(1), array(2), 0, piece_);
    } else if (name == "copy_nt") {
      widest().copy_nt(at, at + array_bytes_, piece_);
    } else {
      fill_by_string(at, piece_);  // each byte 0x3f: a normal number too
    }
    asm volatile("" : : "g"(&sum_) : "memory");
    offset_ += piece_;
    if (offset_ + piece_ > array_bytes_) offset_ = 0;
  }

 private:
  double* array(std::size_t i) const {
    return reinterpret_cast<double*>(memory_ + i * array_bytes_ + offset_);
  }

  const Mix& mix_;
  char* memory_;
  std::size_t array_bytes_;
  std::size_t piece_;
  std::size_t offset_ = 0;
  std::uint64_t sum_ = 0;
};

/// "read, 1 thread, 384 MB in huge pages", and whether that is enough to measure memory.
std::string describe(Session& session, const Mix& mix, int threads) {
  const MemoryPool& pool = session.pool();
  std::string text =
      fmt::format("{}, {} {}, {}{}", mix.name, threads, threads == 1 ? "thread" : "threads",
                  pool.describe(), mix.arrays > 1 ? fmt::format(", {} arrays", mix.arrays) : "");
  const auto cache = static_cast<double>(session.around().last_level());
  const double each = static_cast<double>(pool.size()) / static_cast<double>(mix.arrays);
  if (each < times_cache * cache) {
    const auto& bound = session.around().memory_bound;
    text += fmt::format(" (only {:.1f} times the last-level cache{})", each / cache,
                        bound.empty() ? "" : ", for " + bound);
  }
  return text;
}

Outcome measure_memory(Session& session, double seconds, const Mix& mix, int threads) {
  const std::string wrong = check_kernels(widest());
  if (!wrong.empty()) return Unavailable{"self-check failed: " + wrong, ""};
  MemoryPool& pool = session.pool();
  const auto& around = session.around();
  const std::size_t part = pool.size() / static_cast<std::size_t>(threads) / grain * grain;
  if (part < 2 * around.l2_bytes + grain * mix.arrays)
    return Unavailable{fmt::format("{} of memory for {} threads would stay in their caches{}",
                                   name_size(pool.size()), threads,
                                   around.memory_bound.empty() ? "" : "; " + around.memory_bound),
                       "give it more memory"};
  const std::vector<int> cpus(around.cpus.begin(), around.cpus.begin() + threads);
  if (!pool.holds_numbers) widest().write(pool.data(), pool.size() / grain * grain, pattern);
  pool.holds_numbers = true;
  Samples samples{{}, Unit::bytes_per_second, Best::highest, describe(session, mix, threads)};
  samples.least_margin = margin;
  samples.values = rates_together(cpus, [&](std::size_t i) {
    Stream stream(mix, pool.data() + i * part, part);
    return rates_of(time_slices(seconds, [&] { stream.pass(); }), stream.bytes_counted());
  });
  samples.possible = most_bytes_per_cycle * session.highest_clock() * threads;
  return samples;
}

/// Half of the level: at its edge other things of the process decide what stays in it.
Outcome measure_cache(Session& session, double seconds, std::uint64_t level, std::uint64_t below) {
  if (level == 0) return Unavailable{"this cache is not told by /sys/devices/system/cpu", ""};
  const std::size_t bytes = level / 2 / grain * grain;
  if (bytes < 2 * below)
    return Unavailable{
        fmt::format("this cache ({}) is not twice as large as the one before it", name_size(level)),
        ""};
  if (bytes > session.pool().size())
    return Unavailable{
        fmt::format("half of this cache ({}) is more memory than may be taken", name_size(bytes)),
        "give it more memory"};
  constexpr std::size_t slice_bytes = 4u << 20;  // 40 us or more, against 0.5 us for the clock
  const std::size_t passes = std::max<std::size_t>(1, slice_bytes / bytes);
  char* memory = session.pool().data();
  Samples samples{{},
                  Unit::bytes_per_second,
                  Best::highest,
                  fmt::format("read, 1 thread, {} again and again", name_size(bytes))};
  samples.least_margin = margin;
  samples.values = rates_together({session.around().cpus.front()}, [&](std::size_t) {
    std::uint64_t sum = 0;
    const auto pass = [&] {
      for (std::size_t i = 0; i < passes; ++i) sum += widest().read(memory, bytes);
      asm volatile("" : : "g"(&sum) : "memory");
    };
    return rates_of(time_slices(seconds, pass), static_cast<double>(passes * bytes));
  });
  samples.possible = most_bytes_per_cycle * session.highest_clock();
  return samples;
}

}  // namespace

void add_bandwidth(Figures& figures, const Surroundings& around) {
  const std::uint64_t l1 = around.l1_bytes, l2 = around.l2_bytes, l3 = around.l3_bytes;
  const auto add_cache = [&](const char* name, std::uint64_t level, std::uint64_t below) {
    figures.push_back({name, quick_s / 4, full_s / 2, [=](Session& session, double seconds) {
                         return measure_cache(session, seconds, level, below);
                       }});
  };
  add_cache("memory.read_l1_1", l1, 0);
  add_cache("memory.read_l2_1", l2, l1);
  add_cache("memory.read_l3_1", l3, l2);
  for (const Mix& mix : mixes)
    for (const int threads : around.thread_counts()) {
      const bool quick = threads == 1 || threads == static_cast<int>(around.cpus.size());
      figures.push_back({fmt::format("memory.{}_{}", mix.name, threads), quick ? quick_s : 0,
                         full_s, [&mix, threads](Session& session, double seconds) {
                           return measure_memory(session, seconds, mix, threads);
                         }});
    }
}

}  // namespace bottleneck::ceilings
