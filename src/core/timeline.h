// Where the threads' time went, as the reducer left it: places in code, reasons to be blocked, and
// cells of seconds by window. Plain values of a Profile (profile.h); facts, never verdicts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/core/places.h"

namespace bottleneck {

/// Counts of the tree's threads at an instant, starved not capped. Above 16 all but `working` are
/// rounded down to powers of two.
struct Instant {
  int working = 0;
  int spinning = 0;  ///< on a CPU in a runtime's wait function: no useful CPU
  int queueing = 0;  ///< blocked or spinning for a lock, or burning CPU in one
  int starved = 0;   ///< runnable without a CPU
  bool operator==(const Instant&) const = default;
  auto operator<=>(const Instant&) const = default;
};

/// Seconds that `thread` worked in `window` while the tree was like `instant` (working >= 1, itself
/// included).
struct WorkCell {
  int window;
  int thread;
  Instant instant;
  double seconds;
};

/// On-CPU seconds of `thread` at `location` (spread over the on-CPU intervals around each sample).
struct CodeCell {
  int window;
  int thread;
  int location;
  double seconds;
  int samples;
};

/// A stretch in which nobody worked: the thread whose wake-up ended it, and the reason of that
/// thread's wait. `thread` or `wait` is -1 where it is not known.
struct IdleCell {
  int window;
  Instant instant;
  int thread;
  int wait;
  double seconds;
};

/// Blocked seconds of a thread by reason, over the whole run. Sums to more than the wall time: not
/// a share.
struct BlockedCell {
  int thread;
  int wait;
  std::uint64_t count;
  double seconds;
};

/// What the counters of a process moved by in a window. Only what was read is there (nullopt
/// otherwise). Children that exited between two readings are in their parent's row.
struct CounterCell {
  int window = 0;
  int process = 0;
  double user_s = 0;
  double system_s = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::optional<std::uint64_t> read_bytes;     ///< from storage
  std::optional<std::uint64_t> written_bytes;  ///< to storage
  std::optional<std::uint64_t> read_chars;  ///< through read calls, cached or not, pipes included
  std::optional<std::uint64_t> written_chars;
  std::optional<std::uint64_t> read_calls;
  std::optional<std::uint64_t> write_calls;
};

/// Of the whole machine or cgroup in one window.
struct SystemCell {
  int window = 0;
  double others_busy_s =
      0;  ///< CPU seconds of processes outside the tree (interrupts and steal included)
  double throttled_s = 0;  ///< by the cgroup's quota
};

struct Timeline {
  double window_s = 0.01;
  int windows = 0;
  std::vector<WorkCell> work;
  std::vector<CodeCell> code;
  std::vector<IdleCell> idle;
  std::vector<BlockedCell> blocked;
  std::vector<CounterCell> counters;
  std::vector<SystemCell> system;
};

}  // namespace bottleneck
