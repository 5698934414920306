// What confines us: filters, capabilities, namespaces, sysctls and mounts, as /proc and /sys say
// it. First of all asked when something is refused: probes/perf/permission.h makes reasons and
// remedies of it. It tries nothing, opens no event and knows no error number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/probe.h"
#include "src/core/measurement.h"

namespace bottleneck {

/// Source: linux/capability.h.
enum class Capability : unsigned { sys_ptrace = 19, sys_admin = 21, perfmon = 38 };

/// Whether /proc shows us processes of other users. Source: Documentation/filesystems/proc.rst.
enum class HidePid { off, no_access, invisible };

struct Confinement {
  std::optional<int> seccomp_mode;  ///< 0 none, 1 strict, 2 filters; none = not told
  int seccomp_filters = 0;      ///< how many; 0 also where the kernel does not count them (< 5.9)
  bool no_new_privs = false;    ///< neither sudo nor setcap gives anything then
  std::uint64_t effective = 0;  ///< capabilities as a bit mask
  std::uint64_t bounding = ~std::uint64_t{0};  ///< what a file may give at most
  bool user_namespace = false;                 ///< its capabilities do not count outside of it
  bool pid_namespace = false;                  ///< the rest of the machine's processes is not seen
  std::optional<int> perf_event_paranoid;      ///< none = a kernel without perf events, or no /proc
  std::optional<int> ptrace_scope;             ///< of Yama; none = no Yama
  HidePid hidepid = HidePid::off;              ///< off also where our group or capability lifts it
  std::string container;  ///< "docker", "podman", "kubernetes", "lxc", ...; "" none can be told
  std::string container_evidence;  ///< the file that says so
  bool proc_readable = true;
  bool sys_readable = true;
  bool read_only_root = false;

  bool has(Capability) const;
  /// CAP_PERFMON or CAP_SYS_ADMIN that the kernel accepts for perf events.
  bool may_use_perf() const;
  bool filtered() const { return seccomp_mode.value_or(0) == 2; }
  /// A file capability on our binary would be given to us.
  bool may_gain_perfmon() const;
};

/// Errors: none; what cannot be read keeps its default.
Confinement read_confinement(const System&);

/// In words, most important first: "a seccomp filter is active (mode 2)", "a user namespace".
std::vector<std::string> describe(const Confinement&);

/// Why system calls of waiting threads (/proc/PID/syscall) and the memory of the target
/// (process_vm_readv) are refused even for our own children; nullopt: they are not.
std::optional<Unavailable> explain_ptrace_refusal(const Confinement&);

/// Why processes of other users cannot be seen; nullopt: they can, or only by ordinary rights.
std::optional<Unavailable> explain_hidden_processes(const Confinement&);

/// The probe "confinement": a row that says all of this, degraded where something is withheld by
/// it. Attaches nothing and adds nothing to a profile.
std::unique_ptr<Probe> make_confinement_probe();

}  // namespace bottleneck
