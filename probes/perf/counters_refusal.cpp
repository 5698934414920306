#include "probes/perf/counters_refusal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "probes/machine/confinement.h"
#include "probes/machine/text.h"
#include "probes/perf/permission.h"

namespace bottleneck {
namespace {

bool is_cpu_pmu(const std::string& device) {
  return device == "cpu" || device.starts_with("cpu_") || device.starts_with("armv") ||
         device.starts_with("apple_");
}

}  // namespace

std::optional<Unavailable> missing_pmu(const System& system) {
  const auto devices = system.list("/sys/bus/event_source/devices");
  if (devices.empty() || std::any_of(devices.begin(), devices.end(), is_cpu_pmu))
    return std::nullopt;
  const std::string cpuinfo = system.read("/proc/cpuinfo").value_or("");
  const auto flags = split(line_after(cpuinfo, "flags"), ' ');
  if (std::find(flags.begin(), flags.end(), "hypervisor") != flags.end())
    return Unavailable{
        "this virtual machine has no virtual PMU: no hardware counters",
        "switch the virtual PMU on (QEMU/KVM: -cpu host,pmu=on) or run on bare metal"};
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
      return {fmt::format("this machine has no counter for {}: {}", event, std::strerror(error)),
              ""};
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
