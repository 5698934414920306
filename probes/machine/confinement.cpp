#include "probes/machine/confinement.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// The map of the first user namespace: every id to itself. Source: user_namespaces(7).
constexpr std::array<std::uint64_t, 3> identity_map = {0, 0, 4294967295};
/// The first namespaces have fixed numbers. Source: include/linux/proc_ns.h.
constexpr std::string_view first_user_namespace = "user:[4026531837]";
constexpr std::string_view first_pid_namespace = "pid:[4026531836]";

std::uint64_t mask_after(std::string_view status, std::string_view key, std::uint64_t otherwise) {
  const std::string hex(line_after(status, key));
  char* end = nullptr;
  const std::uint64_t mask = std::strtoull(hex.c_str(), &end, 16);
  return end == hex.c_str() ? otherwise : mask;
}

bool contains(std::uint64_t mask, Capability which) {
  return ((mask >> static_cast<unsigned>(which)) & 1) != 0;
}

/// May be negative (perf_event_paranoid -1).
std::optional<int> read_level(const System& system, const std::string& file) {
  const auto text = system.read(file);
  if (!text) return std::nullopt;
  const bool negative = text->starts_with('-');
  const auto number = leading_number(std::string_view(*text).substr(negative ? 1 : 0));
  if (!number) return std::nullopt;
  return negative ? -static_cast<int>(*number) : static_cast<int>(*number);
}

bool in_namespace(const System& system, const char* link, std::string_view first) {
  return system.read_link(link).value_or(std::string(first)) != first;
}

bool in_user_namespace(const System& system) {
  if (in_namespace(system, "/proc/self/ns/user", first_user_namespace)) return true;
  const auto map = system.read("/proc/self/uid_map");
  if (!map || map->empty()) return false;  // a kernel without them has no such file
  std::vector<std::uint64_t> numbers;
  for (std::string_view word : split(*map, ' '))
    if (const auto number = leading_number(word)) numbers.push_back(*number);
  return !std::equal(numbers.begin(), numbers.end(), identity_map.begin(), identity_map.end());
}

/// NSpid has a number for each namespace from that of /proc down to our own.
bool in_pid_namespace(const System& system, std::string_view status) {
  int numbers = 0;
  for (std::string_view word : split(line_after(status, "NSpid"), '\t'))
    numbers += leading_number(word) ? 1 : 0;
  return numbers > 1 || in_namespace(system, "/proc/self/ns/pid", first_pid_namespace);
}

/// The last mount of that place is the one that is seen; "" none.
std::string mount_options(const System& system, std::string_view place) {
  std::string found;
  const std::string text = system.read("/proc/self/mounts").value_or("");
  for (std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    if (words.size() >= 4 && words[1] == place) found = words[3];
  }
  return found;
}

/// The value of "name=value" among mount options, "" for a bare name; nullopt: not there.
std::optional<std::string> option_of(std::string_view options, std::string_view name) {
  for (std::string_view option : split(options, ',')) {
    if (!option.starts_with(name)) continue;
    option.remove_prefix(name.size());
    if (option.empty()) return "";
    if (option.front() == '=') return std::string(option.substr(1));
  }
  return std::nullopt;
}

bool in_group(std::string_view status, std::uint64_t group) {
  for (const std::string_view key : {"Groups", "Gid"}) {
    std::string ids(line_after(status, key));
    std::replace(ids.begin(), ids.end(), '\t', ' ');
    for (std::string_view id : split(ids, ' '))
      if (leading_number(id) == group) return true;
  }
  return false;
}

/// Kernels from 5.8 on say the levels in words.
HidePid read_hidepid(const System& system, std::string_view status) {
  const std::string proc = mount_options(system, "/proc");
  const std::string level = option_of(proc, "hidepid").value_or("0");
  if (level == "0" || level == "off") return HidePid::off;
  if (const auto group = option_of(proc, "gid"))
    if (const auto id = leading_number(*group); id && in_group(status, *id)) return HidePid::off;
  return level == "1" || level == "noaccess" ? HidePid::no_access : HidePid::invisible;
}

struct Mark {
  const char* file;
  const char* word;  ///< that its text must contain; "" = that it is there
  const char* kind;
};

/// First match wins: a pod is a container of containerd or docker, too. A file that is merely there
/// counts only inside a namespace: virtual machines are made of container images, too.
constexpr std::array marks = {
    Mark{"/run/secrets/kubernetes.io", "", "kubernetes"},
    Mark{"/var/run/secrets/kubernetes.io", "", "kubernetes"},
    Mark{"/proc/self/cgroup", "kubepods", "kubernetes"},
    Mark{"/run/.containerenv", "", "podman"},
    Mark{"/.dockerenv", "", "docker"},
    Mark{"/proc/self/cgroup", "libpod", "podman"},
    Mark{"/proc/self/cgroup", "docker", "docker"},
    Mark{"/proc/self/cgroup", "lxc", "lxc"},
    Mark{"/run/systemd/container", "systemd-nspawn", "systemd-nspawn"},
    Mark{"/run/systemd/container", "lxc", "lxc"},
};

bool matches(const System& system, const Mark& mark, bool in_a_namespace) {
  if (*mark.word == '\0')
    return in_a_namespace && ::access(system.path(mark.file).c_str(), F_OK) == 0;
  return system.read(mark.file).value_or("").find(mark.word) != std::string::npos;
}

}  // namespace

bool Confinement::has(Capability which) const { return contains(effective, which); }

bool Confinement::may_use_perf() const {
  return !user_namespace && (has(Capability::perfmon) || has(Capability::sys_admin));
}

bool Confinement::may_gain_perfmon() const {
  return !no_new_privs && !user_namespace && contains(bounding, Capability::perfmon);
}

Confinement read_confinement(const System& system) {
  Confinement found;
  const auto status = system.read("/proc/self/status");
  found.proc_readable = status.has_value();
  const std::string_view text = status ? std::string_view(*status) : std::string_view();
  if (const auto mode = number_after(text, "Seccomp")) found.seccomp_mode = static_cast<int>(*mode);
  found.seccomp_filters = static_cast<int>(number_after(text, "Seccomp_filters").value_or(0));
  found.no_new_privs = number_after(text, "NoNewPrivs") == 1;
  found.effective = mask_after(text, "CapEff", 0);
  found.bounding = mask_after(text, "CapBnd", found.bounding);
  found.user_namespace = in_user_namespace(system);
  found.pid_namespace = in_pid_namespace(system, text);
  found.perf_event_paranoid = read_level(system, "/proc/sys/kernel/perf_event_paranoid");
  found.ptrace_scope = read_level(system, "/proc/sys/kernel/yama/ptrace_scope");
  found.hidepid = found.has(Capability::sys_ptrace) ? HidePid::off : read_hidepid(system, text);
  const auto mark = std::find_if(marks.begin(), marks.end(), [&](const Mark& one) {
    return matches(system, one, found.pid_namespace || found.user_namespace);
  });
  if (mark != marks.end()) {
    found.container = mark->kind;
    found.container_evidence = mark->file;
  }
  found.sys_readable = !system.list("/sys/devices").empty();
  found.read_only_root = option_of(mount_options(system, "/"), "ro").has_value();
  return found;
}

}  // namespace bottleneck
