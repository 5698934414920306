#include "src/core/classes.h"

#include <algorithm>
#include <span>
#include <utility>

namespace bottleneck {
namespace {

constexpr std::array<std::string_view, bottleneck_count> bottleneck_words = {
    "compute",   "memory_bandwidth", "memory_latency", "memory_capacity", "io_read",
    "io_write",  "network",          "lock",           "sleep",           "kernel",
    "run_queue", "gpu_transfer",     "gpu_compute",    "gpu_memory",      "gpu_launch",
    "gpu_sync",  "unattributed"};

constexpr std::array<std::string_view, 40> detail_words = {
    "",           "unsplit",     "scalar",      "vectorized", "divide",        "branchy",
    "chain",      "interpreted", "unoptimized", "stream",     "partial_lines", "dependent",
    "random",     "strided",     "first_touch", "swap",       "reclaim",       "limit",
    "sequential", "small",       "sync",        "mutex",      "flock",         "spin",
    "runtime",    "timer",       "child",       "outside",    "for_work",      "syscalls",
    "switches",   "processes",   "copies",      "other_load", "quota",         "placement",
    "pageable",   "repeated",    "tiny",        "setup"};

constexpr std::array<std::string_view, 5> parallelism_words = {"idle", "oversubscribed", "parallel",
                                                               "imbalanced", "serial"};
constexpr std::array<std::string_view, 3> confidence_words = {"weak", "fair", "strong"};

template <typename Enum>
std::optional<Enum> find_word(std::span<const std::string_view> words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace

std::string_view to_string(Bottleneck kind) {
  return bottleneck_words.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(Detail detail) {
  return detail_words.at(static_cast<std::size_t>(detail));
}

std::string_view to_string(Parallelism word) {
  return parallelism_words.at(static_cast<std::size_t>(word));
}
std::string_view to_string(Confidence word) {
  return confidence_words.at(static_cast<std::size_t>(word));
}

std::optional<Bottleneck> bottleneck_named(std::string_view word) {
  return find_word<Bottleneck>(bottleneck_words, word);
}

std::optional<Detail> detail_named(std::string_view word) {
  return find_word<Detail>(detail_words, word);
}

std::optional<Parallelism> parallelism_named(std::string_view word) {
  return find_word<Parallelism>(parallelism_words, word);
}

std::optional<Confidence> confidence_named(std::string_view word) {
  return find_word<Confidence>(confidence_words, word);
}

std::array<Bottleneck, bottleneck_count> all_bottlenecks() {
  std::array<Bottleneck, bottleneck_count> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Bottleneck>(i);
  return all;
}

}  // namespace bottleneck
