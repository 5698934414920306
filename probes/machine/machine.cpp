#include "probes/machine/machine.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <sys/utsname.h>

#include "probes/io/poll_clock.h"
#include "probes/machine/cgroup.h"
#include "probes/machine/cgroup_watch.h"
#include "probes/machine/text.h"
#include "probes/machine/topology.h"

namespace bottleneck {
namespace {

/// The kernel writes /proc/meminfo in units of 1024 bytes and calls them kB.
constexpr std::uint64_t kibibyte = 1024;

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text);
}

std::string kernel_release(const System& system) {
  if (const auto release = system.read("/proc/sys/kernel/osrelease")) return trimmed(*release);
  utsname name{};
  return system.root.empty() && uname(&name) == 0 ? name.release : "";
}

int count_online(const System& system, const std::string& cpuinfo) {
  if (const auto listed =
          count_cpu_list(system.read("/sys/devices/system/cpu/online").value_or("")))
    return *listed;
  int processors = 0;
  for (std::string_view line : split(cpuinfo, '\n'))
    processors += line.starts_with("processor") ? 1 : 0;
  return std::max(1, processors);
}

/// A made-up machine may say nothing of its processes: then nothing is forbidden.
int count_allowed(const System& system, int online) {
  const auto cpus = allowed_cpus(system);
  return system.root.empty() || system.read("/proc/self/status") ? static_cast<int>(cpus.size())
                                                                 : online;
}

/// The address-space limit counts reserved memory too, but what cannot be mapped cannot be used
/// either.
std::optional<std::uint64_t> address_space_limit(const System& system) {
  return number_after(system.read("/proc/self/limits").value_or(""), "Max address space");
}

/// What the control groups of a process leave it.
void set_limits(const System& system, const std::string& membership, Machine& machine) {
  machine.cpu_quota = cpu_quota(system, cgroup_path(system, "cpu", membership));
  machine.memory_limit_bytes = memory_limit(system, cgroup_path(system, "memory", membership));
  if (const auto limit = address_space_limit(system))
    machine.memory_limit_bytes = std::min(machine.memory_limit_bytes.value_or(*limit), *limit);
}

Machine describe(const System& system, const std::string& membership) {
  Machine machine;
  const std::string cpuinfo = system.read("/proc/cpuinfo").value_or("");
  machine.cpu_model = trimmed(line_after(cpuinfo, "model name"));
  machine.kernel = kernel_release(system);
  machine.cpus_online = count_online(system, cpuinfo);
  machine.cpus_allowed = count_allowed(system, machine.cpus_online);
  if (const auto total = number_after(system.read("/proc/meminfo").value_or(""), "MemTotal"))
    machine.memory_bytes = *total * kibibyte;
  set_limits(system, membership, machine);
  if (const auto l2 = read_caches(system, 0).l2_bytes; l2 > 0) machine.l2_bytes = l2;
  machine.virtualized = is_virtualized(cpuinfo);
  return machine;
}

class MachineProbe : public Probe {
 public:
  explicit MachineProbe(System system) : system_(std::move(system)) {}
  std::string_view name() const override { return "machine"; }

  ProbeState check(const System& system) override {
    const Machine machine = describe_machine(system);
    ProbeState state{"machine", ProbeStatus::available, "", "", ""};
    state.detail =
        fmt::format("{} CPUs allowed of {}{}{}", machine.cpus_allowed, machine.cpus_online,
                    machine.cpu_quota ? fmt::format(", quota {:.2f} CPUs", *machine.cpu_quota) : "",
                    machine.virtualized ? ", virtual machine" : "");
    if (!machine.memory_bytes) {
      state.status = ProbeStatus::degraded;
      state.reason = "/proc/meminfo cannot be read";
    }
    return state;
  }

  void attach(ProcessTree& tree) override {
    groups_ = CgroupWatch(system_, tree.root);
    machine_ = describe(system_, groups_.membership());
  }
  std::chrono::milliseconds tick_interval() const override { return poll_interval; }
  void tick(ProcessTree&) override {
    if (groups_.moved()) set_limits(system_, groups_.membership(), machine_);
  }
  void finish(Profile& profile) override {
    profile.machine = machine_;
    profile.measurements.push_back(clock_by_cpuinfo(system_.read("/proc/cpuinfo").value_or("")));
  }

 private:
  System system_;
  Machine machine_;
  CgroupWatch groups_;
};

}  // namespace

Measurement clock_by_cpuinfo(const std::string& cpuinfo) {
  const std::string text = trimmed(line_after(cpuinfo, "cpu MHz"));
  double mhz = 0;
  std::from_chars(text.data(), text.data() + text.size(), mhz);
  constexpr const char* source = "/proc/cpuinfo";
  if (mhz <= 0)
    return {"cpu.clock", Unavailable{"/proc/cpuinfo tells no clock", "bottleneck machine"}, source};
  return {"cpu.clock", exactly(mhz * 1e6, Unit::hertz), source};
}

bool is_virtualized(const std::string& cpuinfo) {
  const auto flags = split(line_after(cpuinfo, "flags"), ' ');
  return std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
}

Machine describe_machine(const System& system) { return describe(system, own_membership(system)); }

std::unique_ptr<Probe> make_machine_probe(const System& system) {
  return std::make_unique<MachineProbe>(system);
}

}  // namespace bottleneck
