// How long a load takes that the next one waits for, by the size of what is walked through; and how
// many of them the core keeps in flight. Sizes stand at half and twice each cache, never at its
// edge, where the rest of the process decides what stays in it.
#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

constexpr std::size_t line = 64;
constexpr double quick_s = 0.05;
constexpr double margin = 0.06;  ///< Samples::least_margin
constexpr double full_s = 0.2;
/// Farther than this from every cache's size is no edge.
constexpr double edge = 1.5;
/// A size in memory is this many times the last cache, which would else serve part of the loads.
constexpr std::uint64_t beyond_cache = 8;
constexpr std::uint64_t least_in_memory = 128u << 20;
constexpr long loads_per_slice = 4000;
constexpr std::size_t most_chains = 24;

/// Lines in a cycle that passes each once, in an order that no prefetcher foresees: from line i
/// on to (i * factor + step) mod lines. Full period by Hull and Dobell: factor - 1 divisible by
/// 4 and by each prime of `lines`, step prime.
void link_lines(char* memory, std::size_t lines) {
  constexpr std::size_t small_primes = 4 * 3 * 5 * 7 * 11 * 13;
  constexpr std::size_t step = 1'000'000'007;
  const std::size_t factor = small_primes * (lines / 7 * 3 / small_primes | 1) + 1;
  std::size_t next = step % lines;
  for (std::size_t i = 0; i < lines; ++i) {
    *reinterpret_cast<char**>(memory + i * line) = memory + next * line;
    next = (next + factor) % lines;
  }
}

/// The nearest smaller number of lines whose primes link_lines knows.
std::size_t lines_in(std::size_t bytes) {
  std::size_t lines = bytes / line;
  const auto is_smooth = [](std::size_t n) {
    for (const std::size_t prime : {2U, 3U, 5U, 7U, 11U, 13U})
      while (n % prime == 0) n /= prime;
    return n == 1;
  };
  while (lines > 1 && !is_smooth(lines)) --lines;
  return lines;
}

/// Whether the cycle comes back to its first line only after all the others.
bool is_one_cycle(const char* memory, std::size_t lines) {
  const char* at = memory;
  for (std::size_t i = 1; i < lines; ++i) {
    at = *reinterpret_cast<const char* const*>(at);
    if (at == memory) return false;
  }
  return *reinterpret_cast<const char* const*>(at) == memory;
}

template <std::size_t Chains>
void chase(std::array<const char*, most_chains>& at, long loads) {
  std::array<const char*, Chains> now;
  std::copy_n(at.begin(), Chains, now.begin());
  for (long i = 0; i < loads; ++i)
#pragma GCC unroll 24
    for (std::size_t c = 0; c < Chains; ++c) asm volatile("mov (%0), %0" : "+r"(now[c]));
  std::copy_n(now.begin(), Chains, at.begin());
}

using Chase = void (*)(std::array<const char*, most_chains>&, long);
struct Width {
  std::size_t chains;
  Chase chase;
};
constexpr Width widths[] = {{1, chase<1>},   {2, chase<2>},   {4, chase<4>},  {8, chase<8>},
                            {12, chase<12>}, {16, chase<16>}, {24, chase<24>}};

/// Where chains begin: apart from each other in memory, and hence anywhere in the cycle.
std::array<const char*, most_chains> starts_in(const char* memory, std::size_t lines) {
  std::array<const char*, most_chains> at{};
  for (std::size_t c = 0; c < most_chains; ++c) at[c] = memory + lines / most_chains * c * line;
  return at;
}

std::uint64_t memory_size(const Surroundings& around) {
  return std::max(least_in_memory, beyond_cache * around.last_level());
}

constexpr std::uint64_t all_memory = ~std::uint64_t{0};

/// Of a walk that the last cache holds little of. Errors: throws Unavailable where there is less
/// memory.
std::uint64_t bytes_in_memory(Session& session) {
  const auto bytes = std::min<std::uint64_t>(session.pool().size(), memory_size(session.around()));
  if (bytes < 2 * session.around().last_level())
    throw Unavailable{
        fmt::format("{} of memory is not twice the last-level cache", name_size(bytes)),
        "give it more memory"};
  return bytes;
}

/// Errors: throws Unavailable where the walk is wrong.
std::size_t link_walk(MemoryPool& pool, std::uint64_t bytes) {
  const std::size_t lines = lines_in(bytes);
  link_lines(pool.data(), lines);
  pool.holds_numbers = false;
  constexpr std::size_t worth_walking = 1u << 14;  // 3 ms; larger ones follow the same rule
  if (lines <= worth_walking && !is_one_cycle(pool.data(), lines))
    throw Unavailable{"self-check failed: the walk does not pass all of its lines", ""};
  return lines;
}

/// A walk of this size on the pool. Errors: throws Unavailable where there is less memory.
std::size_t prepare_walk(Session& session, std::uint64_t bytes) {
  MemoryPool& pool = session.pool();
  if (bytes == all_memory) bytes = bytes_in_memory(session);
  if (bytes > pool.size())
    throw Unavailable{
        fmt::format(
            "{} is more memory than may be taken ({}{})", name_size(bytes), name_size(pool.size()),
            session.around().memory_bound.empty() ? "" : ", for " + session.around().memory_bound),
        "give it more memory, or bottleneck machine --full"};
  return link_walk(pool, bytes);
}

std::vector<double> rates_of_walk(Session& session, double seconds, const MemoryPool& pool,
                                  std::size_t lines, const Width& width) {
  auto at = starts_in(pool.data(), lines);
  // What fits into a cache is there after one round; what does not, need not be passed whole.
  const bool fits = lines * line < session.around().last_level();
  const std::size_t warm_up = fits ? lines : loads_per_slice;
  return rates_together({session.around().cpus.front()}, [&](std::size_t) {
    width.chase(at, static_cast<long>(warm_up));
    return rates_of(time_slices(seconds, [&] { width.chase(at, loads_per_slice); }),
                    static_cast<double>(loads_per_slice) * static_cast<double>(width.chains));
  });
}

double typical(const std::vector<double>& rates) {
  return estimate({rates}, Best::highest, Unit::hertz, margin).value;
}

Samples ratios(const std::vector<double>& rates, double of_one, Unit unit, std::string what) {
  Samples samples{{}, unit, Best::highest, std::move(what)};
  samples.least_margin = 2 * margin;  // of two figures
  for (const double rate : rates) samples.values.push_back(rate / of_one);
  return samples;
}

Outcome measure_walk(Session& session, double seconds, std::uint64_t bytes) {
  const std::size_t lines = prepare_walk(session, bytes);
  Samples samples{{},
                  Unit::seconds,
                  Best::lowest,
                  fmt::format("dependent loads over {} of {}", name_size(lines * line),
                              session.pool().describe())};
  samples.least_margin = margin;
  for (const double rate : rates_of_walk(session, seconds, session.pool(), lines, widths[0]))
    samples.values.push_back(1 / rate);
  return samples;
}

/// Rates of the best number of chains over that of one, anew in each round: both drift.
Outcome measure_parallelism(Session& session, double seconds) {
  const std::size_t lines = prepare_walk(session, all_memory);
  const double each = seconds / std::size(widths);
  double alone = 0, best = 0;
  std::size_t chains = 1;
  std::vector<double> rates;
  for (const Width& width : widths) {
    std::vector<double> found = rates_of_walk(session, each, session.pool(), lines, width);
    const double rate = typical(found);
    if (width.chains == 1) alone = rate;
    if (rate <= best) continue;
    best = rate;
    chains = width.chains;
    rates = std::move(found);
  }
  return ratios(rates, alone, Unit::count,
                fmt::format("independent chains of loads over {}: {} chains against one",
                            name_size(lines * line), chains));
}

/// One walk in huge pages over the same walk in small ones: what address translation costs.
Outcome measure_huge_pages(Session& session, double seconds) {
  const std::uint64_t bytes = std::min(bytes_in_memory(session), least_in_memory);
  if (session.pool().size() + bytes > session.around().memory_bytes)
    throw Unavailable{fmt::format("{} more memory than may be taken", name_size(bytes)),
                      "give it more memory"};
  if (!session.pool().is_huge())
    throw Unavailable{"the kernel gave no huge pages",
                      "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"};
  MemoryPool small(bytes, MemoryPool::Pages::small);
  const std::size_t lines = link_walk(small, bytes);
  link_walk(session.pool(), bytes);
  const auto slow = rates_of_walk(session, seconds / 2, small, lines, widths[0]);
  const auto fast = rates_of_walk(session, seconds / 2, session.pool(), lines, widths[0]);
  return ratios(fast, typical(slow), Unit::count,
                fmt::format("dependent loads over {}: huge pages against small ones",
                            name_size(lines * line)));
}

/// Pages that this machine has not touched lately: a hypervisor may have to find memory for them,
/// which fault.huge, the same few pages again and again, does not see.
Outcome measure_fresh_pages(Session& session, double) {
  constexpr std::size_t pools = 8, bytes = 16u << 20, huge_page = 2u << 20;
  if (session.pool().size() + pools * bytes > session.around().memory_bytes)
    throw Unavailable{fmt::format("{} more memory than may be taken", name_size(pools * bytes)),
                      "give it more memory"};
  Samples samples{
      {},
      Unit::seconds,
      Best::lowest,
      fmt::format("first touch of {} of 2048 KB in {} pieces", name_size(pools * bytes), pools)};
  constexpr double spread_of_memory = 0.25;  // what lies where in the host is chance
  samples.least_margin = spread_of_memory;
  std::vector<std::unique_ptr<MemoryPool>> kept;  // all at once, so that each is another memory
  for (std::size_t i = 0; i < pools; ++i) {
    const double before = thread_seconds();
    kept.push_back(std::make_unique<MemoryPool>(bytes));
    samples.values.push_back((thread_seconds() - before) * huge_page / bytes);
    if (!kept.back()->is_huge())
      throw Unavailable{"the kernel gave no huge pages",
                        "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"};
  }
  return samples;
}

std::vector<std::uint64_t> ladder(const Surroundings& around) {
  const std::vector<std::uint64_t> caches = {around.l1_bytes, around.l2_bytes, around.l3_bytes};
  std::vector<std::uint64_t> sizes = {memory_size(around)};
  const auto at_edge = [&](std::uint64_t size) {
    return std::any_of(caches.begin(), caches.end(), [&](std::uint64_t cache) {
      const double ratio =
          static_cast<double>(size) / static_cast<double>(std::max<std::uint64_t>(cache, 1));
      return ratio < edge && ratio > 1 / edge;
    });
  };
  for (const std::uint64_t cache : caches)
    for (const std::uint64_t size : {cache / 2, cache * 2})
      if (cache > 0 && !at_edge(size)) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

}  // namespace

void add_latency(Figures& figures, const Surroundings& around) {
  const auto add = [&](const std::string& name, double quick, std::uint64_t bytes) {
    figures.push_back(
        {name, quick, full_s, [=](Session& session, double seconds) -> Outcome {
           if (bytes == 0)
             return Unavailable{"this cache is not told by /sys/devices/system/cpu", ""};
           return measure_walk(session, seconds, bytes);
         }});
  };
  add("latency.l1", quick_s / 2, around.l1_bytes / 2);
  add("latency.l2", quick_s / 2, around.l2_bytes / 2);
  add("latency.l3", quick_s, around.l3_bytes / 2);
  add("latency.dram", quick_s, all_memory);
  for (const std::uint64_t bytes : ladder(around))
    add(fmt::format("latency.ladder_{}", bytes), bytes < memory_size(around) ? quick_s / 2 : 0,
        bytes);
  figures.push_back({"memory.parallelism", 2 * quick_s, full_s, measure_parallelism});
}

void add_huge_pages(Figures& figures) {
  figures.push_back({"memory.huge_pages", quick_s, full_s, measure_huge_pages});
  figures.push_back({"fault.huge_fresh", quick_s, full_s, measure_fresh_pages});
}

}  // namespace bottleneck::ceilings
