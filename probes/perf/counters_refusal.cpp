#include "probes/perf/counters_refusal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "probes/machine/confinement.h"
#include "probes/machine/machine.h"
#include "probes/perf/permission.h"

namespace bottleneck {
namespace {

bool is_cpu_pmu(const std::string& device) {
  return device == "cpu" || device.starts_with("cpu_") || device.starts_with("armv") ||
         device.starts_with("apple_");
}

bool is_virtual(const System& system) {
  return is_virtualized(system.read("/proc/cpuinfo").value_or(""));
}

constexpr const char* pmu_remedy =
    "switch the virtual PMU on (QEMU/KVM: -cpu host,pmu=on) or run on bare metal";

/// The kernel knows no such event. Without /sys that may be all of them.
Unavailable explain_unknown_event(const System& system, int error, const std::string& event) {
  const std::string reason =
      fmt::format("this machine has no counter for {}: {}", event, std::strerror(error));
  if (!system.list("/sys/bus/event_source/devices").empty() || !is_virtual(system))
    return {reason, ""};
  return {reason + "; a virtual machine without a virtual PMU, as far as can be told without /sys",
          pmu_remedy};
}

}  // namespace

std::optional<Unavailable> missing_pmu(const System& system) {
  const auto devices = system.list("/sys/bus/event_source/devices");
  if (devices.empty() || std::any_of(devices.begin(), devices.end(), is_cpu_pmu))
    return std::nullopt;
  if (is_virtual(system))
    return Unavailable{"this virtual machine has no virtual PMU: no hardware counters", pmu_remedy};
  return Unavailable{
      "the kernel has no driver for this CPU's counters (/sys/bus/event_source/devices has no cpu)",
      ""};
}

Unavailable explain_refusal(const System& system, int error, const std::string& event) {
  switch (error) {
    case EACCES:
    case EPERM:
    case ENOSYS:
      return perf::explain_refused_open(read_confinement(system), error, perf::level_for_user_code);
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
    case EINVAL:
      return explain_unknown_event(system, error, event);
    case EBUSY:
      return {
          fmt::format("{}: all hardware counters are in use (another profiler, the NMI watchdog)",
                      event),
          "sudo sysctl kernel.nmi_watchdog=0"};
    case EMFILE:
      return {"too many open files", "ulimit -n 4096"};
    default:
      return {fmt::format("perf_event_open of {}: {}", event, std::strerror(error)), ""};
  }
}

}  // namespace bottleneck
