// The helper as a process: found, started with a pipe, read line by line, killed when its time is
// over. Between ceilings.h and the executable; the tests give it false helpers. It believes nothing
// that the helper says: a line that is no measurement is dropped.
#pragma once

#include <optional>

#include "probes/ceilings/ceilings.h"

namespace bottleneck::ceilings {

/// Beside the sampler: next to our own executable's lib folder. nullopt: it was not built or
/// installed.
std::optional<std::string> find_program(const System&);

/// As measure_ceilings, with this helper. Each name is told once; a later line of the same name
/// (another round) replaces the earlier one in what is returned.
std::vector<Measurement> measure_with(const std::string& program, const CeilingRequest&,
                                      const std::function<void(const Measurement&)>& told);

}  // namespace bottleneck::ceilings
