// The sentences of a Confinement, and the probe that shows them.
#include <fmt/format.h>

#include "probes/machine/confinement.h"

namespace bottleneck {
namespace {

/// From here on Yama lets only CAP_SYS_PTRACE attach, children or not; at 3 nobody, until the next
/// boot. Source: Documentation/admin-guide/LSM/Yama.rst.
constexpr int ptrace_admin_only = 2;
constexpr int ptrace_nobody = 3;

std::string join(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

Unavailable explain_missing_sys() {
  return {"/sys is not mounted: no counters' devices, no cache sizes, no control groups",
          "mount -t sysfs sysfs /sys   (docker: -v /sys:/sys:ro)"};
}

class ConfinementProbe : public Probe {
 public:
  std::string_view name() const override { return "confinement"; }
  ProbeState check(const System& system) override;
  void attach(ProcessTree&) override {}
  void finish(Profile&) override {}
};

ProbeState ConfinementProbe::check(const System& system) {
  const Confinement found = read_confinement(system);
  ProbeState state{"confinement", ProbeStatus::available, "", "", ""};
  const auto words = describe(found);
  std::vector<Unavailable> withheld;
  if (const auto why = explain_ptrace_refusal(found)) withheld.push_back(*why);
  if (const auto why = explain_hidden_processes(found)) withheld.push_back(*why);
  if (!found.sys_readable) withheld.push_back(explain_missing_sys());
  if (withheld.empty()) {
    state.detail = words.empty() ? "nothing, as far as can be seen" : join(words, ", ");
    return state;
  }
  state.status = ProbeStatus::degraded;
  std::vector<std::string> reasons;
  std::vector<std::string> remedies;
  for (const Unavailable& one : withheld) {
    reasons.push_back(one.reason);
    remedies.push_back(one.remedy);
  }
  state.detail = join(words, ", ");
  state.reason = join(reasons, "; ");
  state.remedy = join(remedies, "; ");
  return state;
}

}  // namespace

std::vector<std::string> describe(const Confinement& found) {
  std::vector<std::string> words;
  if (!found.proc_readable) words.emplace_back("no /proc");
  if (found.filtered())
    words.push_back(found.seccomp_filters > 1
                        ? fmt::format("{} seccomp filters (mode 2)", found.seccomp_filters)
                        : "a seccomp filter (mode 2)");
  if (found.user_namespace) words.emplace_back("a user namespace");
  if (found.pid_namespace) words.emplace_back("a PID namespace");
  if (!found.container.empty())
    words.push_back(fmt::format("{} by {}", found.container, found.container_evidence));
  if (found.no_new_privs) words.emplace_back("no new privileges");
  if (found.ptrace_scope.value_or(0) > 0)
    words.push_back(fmt::format("ptrace_scope {}", *found.ptrace_scope));
  if (found.hidepid != HidePid::off) words.emplace_back("/proc with hidepid");
  if (!found.sys_readable) words.emplace_back("no /sys");
  if (found.read_only_root) words.emplace_back("a read-only root");
  return words;
}

std::optional<Unavailable> explain_ptrace_refusal(const Confinement& found) {
  const int scope = found.ptrace_scope.value_or(0);
  // Inside a user namespace the capability counts for processes of that namespace: ours.
  if (scope < ptrace_admin_only) return std::nullopt;
  if (scope == ptrace_admin_only && found.has(Capability::sys_ptrace)) return std::nullopt;
  const std::string what = fmt::format(
      "kernel.yama.ptrace_scope is {}: what a waiting thread waits for (/proc/PID/syscall) and the "
      "target's memory may not be read",
      scope);
  if (scope >= ptrace_nobody)
    return Unavailable{what + ", until the next boot",
                       "kernel.yama.ptrace_scope=1 in /etc/sysctl.d, then reboot"};
  return Unavailable{what,
                     found.container.empty()
                         ? "sudo sysctl kernel.yama.ptrace_scope=1"
                         : "on the host: sudo sysctl kernel.yama.ptrace_scope=1   (or run the "
                           "container with --cap-add SYS_PTRACE)"};
}

std::optional<Unavailable> explain_hidden_processes(const Confinement& found) {
  if (found.hidepid == HidePid::off) return std::nullopt;
  return Unavailable{
      fmt::format("/proc is mounted with hidepid: processes of other users {}, so that neither "
                  "programs that change their user nor what others wait with us for can be told",
                  found.hidepid == HidePid::invisible ? "are not seen" : "cannot be read"),
      "sudo mount -o remount,hidepid=0 /proc   (or be in the group of its gid= option)"};
}

std::unique_ptr<Probe> make_confinement_probe() { return std::make_unique<ConfinementProbe>(); }

}  // namespace bottleneck
