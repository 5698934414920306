// What one event costs on the machine of a profile: a page fault, a process, a system call, a
// copied byte. Its place: below counters.h and the words. Measured there if the profile says so,
// else a published figure; which of the two stands beside the number.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/core/report.h"

namespace bottleneck {

struct Cost {
  double seconds;
  bool measured = false;
};

struct Costs {
  Cost fault;        ///< of a fresh 4 KB page
  Cost process;      ///< fork and exec of a small program
  Cost call;         ///< a system call that does next to nothing
  Cost copied_byte;  ///< by the kernel, from its pages or into them
};

Costs costs_of(const Profile&);

/// "2.3 us, measured here", "2.4 us by published measurements".
std::string say_cost(const Cost&);

/// What storage gives at most, bytes per second; none if it was not measured.
std::optional<double> best_read_rate(const Profile&);

/// The names of the ceilings that the diagnosis of this report would use, those that change nothing
/// left out. Storage is never among them: measuring it writes a file.
std::vector<std::string> ceilings_asked_for(const Report&);

}  // namespace bottleneck
