#include "probes/perf/permission.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace bottleneck::perf {
namespace {

bool level_refuses(const Confinement& here) {
  return here.perf_event_paranoid.value_or(0) > level_for_user_code && !here.may_use_perf();
}

std::string say_filters(const Confinement& here) {
  return here.seccomp_filters > 1
             ? fmt::format("{} seccomp filters are active (mode 2)", here.seccomp_filters)
             : "a seccomp filter is active (mode 2)";
}

/// Docker and Podman let perf_event_open through their default filters for CAP_PERFMON.
/// Source: moby profiles/seccomp/default.json, containers-common seccomp.json.
std::string filter_remedy(const Confinement& here) {
  if (here.container == "kubernetes")
    return "securityContext: {capabilities: {add: [PERFMON]}, seccompProfile: {type: Unconfined}}";
  if (here.container == "podman")
    return "podman run --cap-add PERFMON ...   (or --security-opt seccomp=FILE that allows it)";
  if (here.container == "docker")
    return "docker run --cap-add PERFMON ...   (or --security-opt seccomp=FILE that allows it)";
  return "outside of the sandbox; docker or podman: run --cap-add PERFMON ... (or --security-opt "
         "seccomp=FILE that allows it)";
}

Unavailable blame_filter(const Confinement& here, int error) {
  std::string reason =
      fmt::format("perf_event_open is refused ({}), most probably by a filter as in containers: {}",
                  std::strerror(error), say_filters(here));
  if (!here.perf_event_paranoid) return {reason, filter_remedy(here)};
  if (!level_refuses(here))
    return {reason + fmt::format(", and kernel.perf_event_paranoid {} would allow it",
                                 *here.perf_event_paranoid),
            filter_remedy(here)};
  return {reason + fmt::format("; kernel.perf_event_paranoid is {} and refuses it, too",
                               *here.perf_event_paranoid),
          filter_remedy(here)};
}

Unavailable blame_level(const Confinement& here, int wanted_level) {
  std::string reason = "perf_event_open is refused to ordinary users: " + level_reason(here);
  if (here.filtered()) reason += fmt::format("; {}, too, and may refuse it", say_filters(here));
  return {reason, level_remedy(here, wanted_level)};
}

Unavailable blame_missing_call(const Confinement& here) {
  if (here.filtered())
    return {fmt::format("perf_event_open: {}, most probably by a filter as in containers: {}",
                        std::strerror(ENOSYS), say_filters(here)),
            filter_remedy(here)};
  if (!here.perf_event_paranoid && here.proc_readable)
    return {"this kernel has no perf_event_open: it was built without perf events",
            "a kernel with CONFIG_PERF_EVENTS"};
  return {
      "perf_event_open: not implemented, though the kernel has perf events: a sandbox that stands "
      "in for the kernel",
      ""};
}

/// What the kernel itself answers where the level or a right is lacking is EACCES; EPERM is what
/// filters answer. Source: perf_event_open(2), moby's default profile (SCMP_ACT_ERRNO, EPERM).
bool is_filters_answer(int error) { return error == EPERM; }

}  // namespace

std::string level_reason(const Confinement& here) {
  if (!here.perf_event_paranoid) return "kernel.perf_event_paranoid cannot be read";
  std::string reason = fmt::format("kernel.perf_event_paranoid is {}", *here.perf_event_paranoid);
  if (here.user_namespace && here.has(Capability::sys_admin))
    reason += ", and the capabilities of a user namespace do not count";
  return reason;
}

std::string level_remedy(const Confinement& here, int wanted_level) {
  const std::string sysctl = fmt::format("sysctl kernel.perf_event_paranoid={}", wanted_level);
  if (here.user_namespace || !here.container.empty()) return "on the host: sudo " + sysctl;
  if (here.no_new_privs) return "as root, elsewhere: " + sysctl;
  if (!here.may_gain_perfmon()) return "sudo " + sysctl;
  return fmt::format("sudo {}   (or: sudo setcap cap_perfmon=ep \"$(command -v bottleneck)\")",
                     sysctl);
}

Unavailable explain_refused_open(const Confinement& here, int error, int wanted_level) {
  if (error == ENOSYS) return blame_missing_call(here);
  if (here.filtered() && (is_filters_answer(error) || !level_refuses(here)))
    return blame_filter(here, error);
  if (level_refuses(here)) return blame_level(here, wanted_level);
  if (!here.perf_event_paranoid && here.proc_readable)
    return {fmt::format("this kernel has no perf_event_open ({}): it was built without perf events",
                        std::strerror(error)),
            "a kernel with CONFIG_PERF_EVENTS"};
  return {
      fmt::format("perf_event_open is refused ({}), though {} would allow it: a security module "
                  "(SELinux, lockdown) or a sandbox",
                  std::strerror(error), level_reason(here)),
      ""};
}

}  // namespace bottleneck::perf
