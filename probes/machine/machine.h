// What the target may use of this machine: CPUs, quota, memory and limits, from /proc, /sys and the
// control groups. First of the facts in a Profile. Ceilings (bandwidth, rates) are not measured
// here.
#pragma once

#include <memory>

#include "probes/probe.h"

namespace bottleneck {

/// Errors: none; what cannot be seen keeps its default (empty, nullopt), at least one CPU is there.
Machine describe_machine(const System&);

/// Whether /proc/cpuinfo shows that a hypervisor is below us.
bool is_virtualized(const std::string& cpuinfo);

/// "cpu.clock" as the kernel tells it: in virtual machines the nominal one, which a core that
/// boosts exceeds by up to a half. `bottleneck machine` measures the real one (compute.clock).
Measurement clock_by_cpuinfo(const std::string& cpuinfo);

/// Fills profile.machine at finish, as it was when the target was attached; limits are those of the
/// control groups that the target was in last.
std::unique_ptr<Probe> make_machine_probe(const System&);

}  // namespace bottleneck
