#include "probes/perf/counters_refusal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// Source: linux/capability.h.
constexpr unsigned cap_sys_admin = 21;
constexpr unsigned cap_perfmon = 38;

/// The highest level at which ordinary users may count their own user code. Source: kernel.org,
/// sysctl/kernel.rst (levels above 2 are a patch of Debian, Ubuntu and Android).
constexpr int most_permissive_for_users = 2;

constexpr const char* container_remedy =
    "docker run --cap-add PERFMON --security-opt seccomp=unconfined ...";

bool may_count(const System& system) {
  const std::string status = system.read("/proc/self/status").value_or("");
  const std::string hex(line_after(status, "CapEff"));
  const unsigned long long capabilities = std::strtoull(hex.c_str(), nullptr, 16);
  return ((capabilities >> cap_sys_admin) & 1) != 0 || ((capabilities >> cap_perfmon) & 1) != 0;
}

bool is_filtered(const System& system) {
  return number_after(system.read("/proc/self/status").value_or(""), "Seccomp") == 2;
}

/// -1..4; nullopt: the kernel was built without perf events, or /proc is not there.
std::optional<int> paranoid_level(const System& system) {
  const auto text = system.read("/proc/sys/kernel/perf_event_paranoid");
  if (!text) return std::nullopt;
  if (text->starts_with('-')) return -1;
  const auto level = leading_number(*text);
  return level ? std::optional(static_cast<int>(*level)) : std::nullopt;
}

Unavailable explain_permission(const System& system, int error) {
  const auto level = paranoid_level(system);
  const bool level_forbids = level.value_or(0) > most_permissive_for_users && !may_count(system);
  if (level_forbids && !is_filtered(system))
    return {fmt::format("perf_event_paranoid is {} here: counting is forbidden to ordinary users",
                        *level),
            "sudo sysctl kernel.perf_event_paranoid=2   (or: sudo setcap cap_perfmon+ep "
            "\"$(command -v bottleneck)\")"};
  if (is_filtered(system))
    return {
        fmt::format(
            "a seccomp filter (container) forbids perf_event_open: {}{}", std::strerror(error),
            level_forbids ? fmt::format("; perf_event_paranoid {} forbids it, too", *level) : ""),
        container_remedy};
  return {fmt::format("perf_event_open: {}, though perf_event_paranoid {} allows it: a security "
                      "module or a sandbox",
                      std::strerror(error), level ? std::to_string(*level) : "(unknown)"),
          ""};
}

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
      return explain_permission(system, error);
    case ENOSYS:
      if (!paranoid_level(system)) return {"the kernel was built without perf events", ""};
      return {
          "perf_event_open: not implemented, though the kernel has perf events: a seccomp filter "
          "(container)",
          container_remedy};
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
