// What the analysis says in sentences: the line beside the verdict, the note behind a bar, why a
// class is ruled out. Its place: after the figures are settled; nothing is decided here.
#pragma once

#include <string>

#include "src/analysis/derive.h"
#include "src/core/report.h"

namespace bottleneck {

/// Totals of the run: the probes' own where they were measured, else the sum of the counter cells.
struct Figures {
  std::optional<double> faults, read_bytes, written_bytes, calls;
  double switches = 0;
  double processes = 0;
  double threads_blocked_on_locks = 0;
  double lock_waits = 0;
  std::map<Bottleneck, double>
      blocked_s;  ///< summed over threads: more than the wall time is possible
  double run_s = 0;
};
Figures count_figures(const Profile&, const Counters&);

/// Follows "91 % " on the first screen: "of the time threads queue for a lock".
std::string say_verdict(const Profile&, const Evidence&, const Verdict&);
std::string say_note(const Profile&, const Evidence&, const Figures&, Bottleneck, Detail);
std::string say_ruled_out(const Evidence&, const Figures&, Bottleneck, double share);

/// What the events behind this class cost, and who says so: "37 000 page faults, each 2.3 us,
/// measured here"; "" where no event is counted.
std::string say_events(const Profile&, const Figures&, Bottleneck, Detail);

std::string say_count(double);  ///< "37 000"
std::string say_bytes(double);  ///< "312 MB", powers of 1000
std::string say_share(double);  ///< "9 %", "0.4 %"

}  // namespace bottleneck
