// The table of advice: for a class and its detail, the family, the action in a line, the steps, and
// how much of the slice can go. Its place: recommend turns rows into recommendations. Steps are
// generic: no program is known here.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "src/analysis/rules.h"
#include "src/core/report.h"

namespace bottleneck {

/// How the slice gets shorter: which model predicts it (predict.h, loop_advice.h).
enum class Shrink {
  vanish,        ///< the slice goes away: a bound, 1 / (1 - p)
  overlap,       ///< it hides behind the rest, or the rest behind it: a bound, 1 / max(p, 1 - p)
  queue,         ///< nobody queues: the workers and the queueing work side by side
  spread,        ///< code that runs alone is spread over all CPUs, up to what memory gives them
  lanes,         ///< arithmetic on whole vectors, up to what memory gives
  issue,         ///< a chain becomes several: up to what the core issues
  reuse,         ///< bytes come from the cache the second time
  order,         ///< whole lines instead of one element of each
  chains,        ///< several dependent loads under way
  larger_pages,  ///< fewer misses of address translation
  waits,         ///< the waits run side by side
  batch,         ///< one call for many
  reads,         ///< several requests to storage under way
  build,         ///< the compiler's optimization
  // By replaying the operations of devices (gpu_gains.h):
  pinned,       ///< copies at the rate of pinned memory
  chunked,      ///< copies of one part behind the kernels of another
  resident,     ///< what is on the device stays there
  batched,      ///< launches by one call
  mapped,       ///< no copies where memory is the host's
  on_cpu,       ///< the bytes go through the CPUs instead
  fewer_waits,  ///< waits after which nothing came back
};

struct Advice {
  Kind kind;  ///< Detail::none: for any detail that has no row of its own
  Family family;
  Shrink shrink;
  Remedy remedy;
  std::string_view action;
  std::vector<std::string_view> how;
  std::string_view assumption;
};

/// The program's own instructions: several CPUs could share them.
bool is_own_code(Bottleneck kind);

std::span<const Advice> advice_table();
/// Its rows for the classes of devices (gpu_advice.cpp).
std::vector<Advice> gpu_advice();

/// The rows for that class and detail, and those of the class for any detail where no row of its
/// own is there or the code is the program's own (it can always be spread as well).
std::vector<const Advice*> advice_for(Kind);

}  // namespace bottleneck
