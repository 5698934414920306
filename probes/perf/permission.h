// Why perf_event_open is not allowed here, most probable cause first, and the line that gives it
// back: paranoid level, seccomp filter, user namespace and security modules are told apart by what
// confines us. Pure: reads nothing and tries nothing. What an event that is allowed lacks is
// counters_refusal.h.
#pragma once

#include <string>

#include "probes/machine/confinement.h"
#include "src/core/measurement.h"

namespace bottleneck::perf {

/// The paranoid level at which an ordinary user gets what is meant.
/// Source: Documentation/admin-guide/sysctl/kernel.rst.
inline constexpr int level_for_kernel_side = 1;
inline constexpr int level_for_user_code = 2;

/// For EACCES, EPERM and ENOSYS. Units: error is positive, wanted_level is one of the above.
Unavailable explain_refused_open(const Confinement&, int error, int wanted_level);

/// What lowers the level here: the sysctl where it can be set, or a capability for our binary where
/// it would be given to us.
std::string level_remedy(const Confinement&, int wanted_level);

/// In words, for where the kernel's side alone is withheld: "kernel.perf_event_paranoid is 2", and
/// why being root does not help if so.
std::string level_reason(const Confinement&);

}  // namespace bottleneck::perf
