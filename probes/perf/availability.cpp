#include "probes/perf/availability.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "probes/perf/permission.h"

namespace bottleneck::perf {
namespace {

bool is_refusal(int error) { return error == EACCES || error == EPERM || error == ENOSYS; }

ProbeState refused(const System& system, ProbeState state, int error) {
  state.status = ProbeStatus::unavailable;
  Unavailable why{fmt::format("perf_event_open failed: {}", std::strerror(error)),
                  "bottleneck doctor"};
  if (is_refusal(error))
    why = explain_refused_open(read_confinement(system), error, level_for_kernel_side);
  state.reason = why.reason;
  state.remedy = why.remedy;
  return state;
}

/// Without the kernel's samples the reasons of waits come from polling /proc, if that is allowed.
ProbeState without_kernel(const System& system, ProbeState state) {
  const Confinement here = read_confinement(system);
  state.status = ProbeStatus::degraded;
  state.reason = fmt::format(
      "kernel samples and context-switch samples are withheld: {}; wait reasons come from polling "
      "/proc",
      level_reason(here));
  state.remedy = level_remedy(here, level_for_kernel_side);
  if (const auto why = explain_ptrace_refusal(here)) state.reason += ", but " + why->reason;
  return state;
}

}  // namespace

ProbeState sampler_state(const System& system, const Grant& grant, const Rates& rates) {
  ProbeState state;
  state.name = "perf.sampler";
  if (!grant.scope) return refused(system, state, grant.error);
  const std::string clock =
      fmt::format("software clock at {} Hz with registers and call chains", rates.clock_hz);
  if (*grant.scope == Scope::inherited_user) {
    state.detail = clock + ", switch records; tier B2";
    return without_kernel(system, std::move(state));
  }
  state.status = ProbeStatus::available;
  state.detail =
      clock + ", kernel and context-switch samples; tier B1" +
      (*grant.scope == Scope::cpu_wide ? ", one clock a CPU" : ", inherited by each task");
  return state;
}

}  // namespace bottleneck::perf
