#include "src/launch/signals.h"

#include <cerrno>
#include <cstring>

#include "src/core/error.h"

namespace bottleneck {
namespace {

/// Forwarded or used by us. SIGTSTP and SIGCONT are not among them: their default action on us is
/// the right one.
sigset_t held_set() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD})
    sigaddset(&set, signal);
  return set;
}

InheritedSignals take_signals() {
  InheritedSignals inherited{};
  sigset_t held = held_set();
  sigprocmask(SIG_BLOCK, &held, &inherited.mask);
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &by_default, &inherited.child);
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignored, &inherited.pipe);
  sigaction(SIGXFSZ, &ignored, &inherited.size);
  return inherited;
}

}  // namespace

const InheritedSignals& hold_signals() {
  static const InheritedSignals inherited = take_signals();
  return inherited;
}

void restore_signals(const InheritedSignals& inherited) {
  sigaction(SIGCHLD, &inherited.child, nullptr);
  sigaction(SIGPIPE, &inherited.pipe, nullptr);
  sigaction(SIGXFSZ, &inherited.size, nullptr);
  sigprocmask(SIG_SETMASK, &inherited.mask, nullptr);
}

SignalQueue::SignalQueue() {
  sigset_t held = held_set();
  fd_ = Fd(signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_)
    throw Error("cannot watch for signals", std::string("signalfd: ") + std::strerror(errno),
                "the program was not started", "raise the limit of open files: ulimit -n 4096");
}

std::optional<signalfd_siginfo> SignalQueue::next() {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return info;
}

bool was_sent_by_a_process(const signalfd_siginfo& info) {
  return info.ssi_code <= 0;  // SI_USER, SI_QUEUE, SI_TKILL; the kernel's own are positive
}

bool asks_to_end(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

}  // namespace bottleneck
