// Why a thread is blocked right now, without privileges: /proc/PID/task/TID/{syscall,wchan,stat}.
// Descriptors of these files are kept open between polls. Used by tier B2 (and C, D), where no
// context-switch samples are to be had.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "probes/sched/descriptors.h"

namespace bottleneck {

struct PolledWait {
  WaitFacts facts;
  std::string object;
  std::uint64_t user_ip = 0;  ///< where in user code it waits; 0 unknown
};

class WaitPoller {
 public:
  explicit WaitPoller(const System& system);
  ~WaitPoller();
  WaitPoller(const WaitPoller&) = delete;
  WaitPoller& operator=(const WaitPoller&) = delete;

  /// nullopt: it runs, is gone, or may not be looked at. Cost: some 5 to 20 microseconds.
  std::optional<PolledWait> poll(pid_t pid, pid_t tid, const ProcessTree&);
  /// Closes what is kept for a thread that has ended.
  void forget(pid_t tid);

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

/// "read" for 0 and so on, for x86-64 (other machines: ""); and back (-1 unknown).
std::string system_call_name(int number);
int system_call_number(std::string_view name);

}  // namespace bottleneck
