// Reports written by hand, small but with something in every field: what the tests of JSON, screens
// and goldens start from. They say nothing about the analysis, which makes such reports from
// profiles.
#pragma once

#include "src/core/report.h"

namespace bottleneck {

/// One process with two threads, most of its time in one strided loop.
Report a_matmul_report();

/// The same as a demo's: one promise held, one missed, a bound, and one that nobody promised.
Report a_demo_report();

/// A server that waits for requests; killed by a signal.
Report an_idle_report();
Report a_limited_report();  ///< died at its memory limit

/// Names with control characters, escapes, markup and bytes that are no UTF-8.
Report a_hostile_report();

/// A different one for each seed, valid in every field, with names of all kinds and lengths.
Report a_random_report(unsigned seed);

}  // namespace bottleneck
