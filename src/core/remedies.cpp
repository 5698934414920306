#include "src/core/remedies.h"

#include <algorithm>
#include <array>

namespace bottleneck {
namespace {

constexpr std::array<std::string_view, remedy_count> words = {
    "spread_work",        "share_evenly",       "fewer_threads",   "vectorize",
    "break_chain",        "divide_less",        "optimize_build",  "native_code",
    "reuse_in_cache",     "reorder_accesses",   "many_chains",     "shrink_set",
    "huge_pages",         "reuse_memory",       "work_in_pieces",  "read_in_parallel",
    "read_ahead",         "sync_less",          "write_bigger",    "more_requests",
    "split_lock",         "leave_runtime_lock", "wait_together",   "ask_other_program",
    "fewer_system_calls", "copy_less",          "fewer_processes", "hand_over_less",
    "less_kernel",        "raise_quota",        "quiet_machine",   "pin_memory",
    "overlap_copies",     "keep_on_device",     "batch_launches",  "map_memory",
    "compute_on_cpu",     "sync_less_often",    "tune_kernels",    "prepare_once"};

}  // namespace

std::string_view to_string(Remedy remedy) { return words.at(static_cast<std::size_t>(remedy)); }

std::optional<Remedy> to_remedy(std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Remedy>(found - words.begin());
}

}  // namespace bottleneck
