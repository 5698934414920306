// What a piece of time means: the one table from an activity of a CPU, or from the reason of a
// wait, to a bottleneck class (DESIGN section 4). Its place: derive asks it for every piece of
// time. It looks at no program, file or function name, and it does not weigh anything: shares are
// derive's, the verdict is diagnose's.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string_view>

#include "src/core/classes.h"
#include "src/core/profile.h"

namespace bottleneck {

struct LoopFacts;

struct Kind {
  Bottleneck kind = Bottleneck::unattributed;
  Detail detail = Detail::none;
  auto operator<=>(const Kind&) const = default;
};

/// A process whose code ran for less than this, without samples, was all start-up and exit. Source:
/// DESIGN section 4.
inline constexpr double short_life_s = 0.1;
/// Faults this soon after the start belong to making the process. Source: DESIGN section 4 (kernel
/// row).
inline constexpr double startup_s = 0.01;
/// Half of the bytes must have come from the device before CPU time in a file call is storage.
/// Source: DESIGN.
inline constexpr double device_majority = 0.5;
/// Half of the faulted pages must have been there before. Source: DESIGN section 4,
/// accounting.md 10.
inline constexpr double refault_majority = 0.5;
/// Below this a call costs more than its bytes: 129-155 ns a call, about 0.2 ns a byte copied from
/// the page cache. Source: prediction.md section 1, measured on a 2-vCPU VM.
inline constexpr double copy_bytes_per_call = 1024;
/// Buffered writing is copying until writeback holds it up. Source: pitfalls.md 11; the tenth is a
/// choice.
inline constexpr double held_up_share = 0.1;

/// All that a row may ask for. Exactly one of activity and wait is set.
struct Facts {
  std::optional<Activity> activity;
  std::optional<WaitKind> wait;
  std::string_view call;
  Peer peer = Peer::unknown;
  bool after_syscall = false;
  bool unknown_code = false;  ///< in no file, and without a name
  bool starting = false;  ///< start-up of a process, or one that lived for less than short_life_s
  bool refaults =
      false;             ///< at least half of the pages read from storage had been in memory before
  bool newborn = false;  ///< the thread was born at the end of the stretch
  bool queued = false;   ///< somebody queued for a lock meanwhile
  bool handed_over =
      false;  ///< the wait passes on another thread's time, and the stretches are short
  bool faults_read_device = false;
  bool held_up = false;                 ///< writers of this process were blocked on storage
  std::optional<double> device_reads;   ///< device bytes / bytes of read calls
  std::optional<double> device_writes;  ///< the same of write calls
  std::optional<double> bytes_per_call;
  const LoopFacts* loop = nullptr;  ///< of the hot code that it lies in (hot_loops.h)
};

struct Rule {
  Kind kind;
  std::optional<Activity> activity;
  std::optional<WaitKind> wait;
  bool (*applies)(const Facts&);
  std::string_view because;      ///< what was seen, for `supports`
  std::string_view contradicts;  ///< what would speak against it; "" nothing known
};

std::span<const Rule> rules();

/// The first row that applies. Never fails: the last row of each activity and wait asks for
/// nothing.
const Rule& classify(const Facts&);

}  // namespace bottleneck
