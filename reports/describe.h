// The sentences of the first screen as plain text, said in the same words by every renderer.
// Between the Report and the renderers; they know nothing of width, colour or markup, and what
// stands in a name is not yet made visible: the renderers do that.
#pragma once

#include <string>
#include <vector>

#include "reports/bars.h"
#include "src/core/report.h"

namespace bottleneck {

std::string describe_wall(const Profile&, const Run&);  ///< with -n: the median and the spread
std::string describe_cpus(const Profile&,
                          const Run&);  ///< "1.0 of 2 CPUs busy", "0.5 of 0.5 CPU by quota busy"
std::string describe_end(const Run&);   ///< "exit 0", "killed by SIGTERM"
std::string describe_facts(const Profile&);  ///< the three above in one line

struct Headline {
  std::string name;  ///< "memory_latency, strided, serial", "idle 92 %, waiting for work"
  std::string said;  ///< "91 % of the time waits for a column walk"; of an idle program may be ""
};

/// With the percents of these bars, so that the same figure stands everywhere.
Headline describe_verdict(const Report&, const std::vector<BarRow>&);

/// "multiply()  matmul.cpp:14  in helper   97 %"; "" where nothing is known.
std::string describe_where(const Report&, const Where&);

/// The finding of that class, or null.
const Finding* finding_of(const Report&, Bottleneck);
std::string note_of(const Report&, Bottleneck);  ///< what stands behind its bar; may be ""

std::string describe_gain(const Recommendation&);  ///< "at most 2.0×", "expect 3.0 – 4.0×"
std::string describe_no_advice(const Verdict&);    ///< why there is none

/// "strong (3 140 samples, tier B1; no hardware counters here: bottleneck doctor)".
std::string describe_sure(const Report&);

}  // namespace bottleneck
