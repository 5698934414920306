#include "probes/perf/availability.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace bottleneck::perf {
namespace {

/// Source: Documentation/admin-guide/sysctl/kernel.rst; 3 and 4 are patches of Debian and Ubuntu
/// that refuse all users.
constexpr int paranoid_refuses_all = 3;

std::optional<int> paranoid_level(const System& system) {
  const auto text = system.read("/proc/sys/kernel/perf_event_paranoid");
  if (!text) return std::nullopt;
  return std::atoi(text->c_str());
}

ProbeState refused(const System& system, ProbeState state, int error) {
  state.status = ProbeStatus::unavailable;
  const auto level = paranoid_level(system);
  if (error == ENOSYS || !level) {
    state.reason = "this kernel has no perf_event_open";
    state.remedy = "a kernel with CONFIG_PERF_EVENTS";
  } else if (*level >= paranoid_refuses_all && (error == EACCES || error == EPERM)) {
    state.reason = fmt::format(
        "perf_event_open is refused to ordinary users: kernel.perf_event_paranoid is {}", *level);
    state.remedy = "sudo sysctl kernel.perf_event_paranoid=1";
  } else if (error == EPERM || error == EACCES) {
    state.reason = fmt::format(
        "perf_event_open is refused ({}) although kernel.perf_event_paranoid is {}: a seccomp "
        "filter, as in containers",
        std::strerror(error), *level);
    state.remedy = "docker run --cap-add PERFMON (or --security-opt seccomp=unconfined)";
  } else {
    state.reason = fmt::format("perf_event_open failed: {}", std::strerror(error));
    state.remedy = "bottleneck doctor";
  }
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
    state.status = ProbeStatus::degraded;
    state.detail = clock + ", switch records; tier B2";
    state.reason = fmt::format(
        "kernel samples and context-switch samples are withheld: kernel.perf_event_paranoid is {}; "
        "wait reasons come "
        "from polling /proc",
        paranoid_level(system).value_or(2));
    state.remedy = "sudo sysctl kernel.perf_event_paranoid=1, or run as root";
    return state;
  }
  state.status = ProbeStatus::available;
  state.detail =
      clock + ", kernel and context-switch samples; tier B1" +
      (*grant.scope == Scope::cpu_wide ? ", one clock a CPU" : ", inherited by each task");
  return state;
}

}  // namespace bottleneck::perf
