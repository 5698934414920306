// The probe "perf.counters": hardware counters of the process tree through libpfm4 and perf_event,
// the facts of tier A. Counters in virtual machines can be present and read 0, so nothing is
// believed before a loop of known length was counted right. It counts whole runs: no sampling, no
// time line, no judgement.
#pragma once

#include <memory>

#include "probes/perf/counters_source.h"
#include "probes/probe.h"

namespace bottleneck {

std::unique_ptr<Probe> make_counters(const System&);

/// The same on other counters: for tests.
std::unique_ptr<Probe> make_counters(const System&, std::unique_ptr<CounterSource>);

/// Iterations of the self-test's loop, two instructions each; below 1 ms, so that doctor stays
/// quick.
inline constexpr std::uint64_t self_test_iterations = 1'000'000;

}  // namespace bottleneck
