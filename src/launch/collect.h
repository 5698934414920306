// collect: the only step that touches the world. Starts the target stopped, attaches the probes,
// releases it, drives the probes until it has ended, and returns the Profile. The target's terminal
// and descriptors are untouched.
#pragma once

#include <memory>
#include <vector>

#include "probes/probe.h"
#include "src/core/profile.h"

namespace bottleneck {

struct LaunchOptions {
  Target target;
  double timeout_s = 0;           ///< 0 = none; then TERM, 5 s later KILL, exit status 124
  bool wait_tree = false;         ///< the run ends when the last descendant has
  bool stdout_to_stderr = false;  ///< our own data goes to stdout
};

/// One run. Errors: throws Error (127 not found, 126 not executable, 125 ours) before exec; nothing
/// after it.
Profile collect(const LaunchOptions&, const System&, std::vector<std::unique_ptr<Probe>> probes);

struct ProbeOptions {
  int rate_hz = 997;
  bool may_preload = true;  ///< tier C's sampler, where perf_event_open is refused
};

/// All probes of this build, the sampler first.
std::vector<std::unique_ptr<Probe>> all_probes(const System&, const ProbeOptions&);

}  // namespace bottleneck
