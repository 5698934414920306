#include "src/launch/traced.h"

#include <csignal>
#include <cstdint>

#include <sys/ptrace.h>

namespace bottleneck {
namespace {

/// The SIGTRAP that exec sends to the traced alone. Source: ptrace(2), "execve(2) under ptrace";
/// it comes as if by kill, while raise and breakpoints have other codes.
bool comes_of_exec(pid_t thread, int signal) {
  siginfo_t info{};
  return signal == SIGTRAP && ptrace(PTRACE_GETSIGINFO, thread, nullptr, &info) == 0 &&
         info.si_code == SI_USER;
}

}  // namespace

void stop_tracing(pid_t thread, int signal) {
  const std::intptr_t passed_on = comes_of_exec(thread, signal) ? 0 : signal;
  ptrace(PTRACE_DETACH, thread, nullptr, passed_on);
}

}  // namespace bottleneck
