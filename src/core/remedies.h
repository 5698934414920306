// The remedies that advice can name, one word each: what a Recommendation says to do, and what a
// variant of a reference workload says that it does, so that the one is found from the other. How a
// remedy is carried out stands in the table of advice (src/analysis/advice.h).
#pragma once

#include <optional>
#include <string_view>

namespace bottleneck {

enum class Remedy {
  spread_work,    ///< code that runs alone, over all CPUs
  share_evenly,   ///< the pieces of a team
  fewer_threads,  ///< no more than CPUs
  vectorize,      ///< whole vectors instead of scalars
  break_chain,    ///< several partial results, or several independent chains of arithmetic
  divide_less,
  optimize_build,    ///< -O2
  native_code,       ///< out of the interpreter
  reuse_in_cache,    ///< fuse or block, so that data is used again while it is in the cache
  reorder_accesses,  ///< interchange or block loops, so that memory is walked in its order
  many_chains,       ///< several dependent loads under way at once
  shrink_set,        ///< smaller or sorted working set
  huge_pages,
  reuse_memory,      ///< instead of touching new pages
  work_in_pieces,    ///< that fit in memory
  read_in_parallel,  ///< several reads under way
  read_ahead,        ///< reads behind computing
  sync_less,         ///< several records for one fsync
  write_bigger,
  more_requests,       ///< under way at once
  split_lock,          ///< shards, shorter regions
  leave_runtime_lock,  ///< processes instead of threads
  wait_together,       ///< independent waits side by side
  ask_other_program,
  fewer_system_calls,
  copy_less,
  fewer_processes,
  hand_over_less,
  less_kernel,
  raise_quota,
  quiet_machine,
  pin_memory,       ///< copies from and to memory that the device can read by itself
  overlap_copies,   ///< copies of one part behind the kernels of another: chunks on streams
  keep_on_device,   ///< what is there already is not sent again
  batch_launches,   ///< many kernels started by one call: graphs, fused kernels
  map_memory,       ///< no copy where the device works in the host's memory
  compute_on_cpu,   ///< the copies cost more than the CPUs would
  sync_less_often,  ///< the host waits for the device only where it needs a result
  tune_kernels,     ///< less work or better accesses in the kernels themselves
  prepare_once,     ///< contexts, modules and compiled kernels are made once and kept
};
inline constexpr int remedy_count = static_cast<int>(Remedy::prepare_once) + 1;

std::string_view to_string(Remedy);
/// Nothing for a word that is none.
std::optional<Remedy> to_remedy(std::string_view word);

}  // namespace bottleneck
