// The launcher's side of signals. The target must get them exactly as the shell gave them to us,
// while none of them may end us before the report is written: so they are blocked for the rest of
// our life and read from a descriptor. Stop and continue signals are left alone: Ctrl-Z reaches the
// whole foreground group, and `fg` resumes it.
#pragma once

#include <optional>

#include <signal.h>
#include <sys/signalfd.h>

#include "src/core/fd.h"

namespace bottleneck {

/// What our parent gave us, to be given on to the target. Only what we change is in here.
struct InheritedSignals {
  sigset_t mask;
  struct sigaction child;  ///< SIGCHLD: if ignored, the kernel would reap the target before we can
                           ///< ask how it ended
  struct sigaction pipe;   ///< SIGPIPE: a reader of our output that goes away must not end us
  struct sigaction size;   ///< SIGXFSZ: nor must a limit on the size of files (ulimit -f)
};

/// Blocks what would end us. What was inherited is taken at the first call; later calls return the
/// same.
const InheritedSignals& hold_signals();

/// In the child before exec: undoes hold_signals. Async-signal-safe.
void restore_signals(const InheritedSignals&);

/// The held signals as they arrive. Needs: hold_signals.
class SignalQueue {
 public:
  SignalQueue();  ///< Errors: throws Error
  int fd() const { return fd_.get(); }
  std::optional<signalfd_siginfo> next();

 private:
  Fd fd_;
};

/// A signal that some process sent (kill, sigqueue, tgkill). One of the terminal has reached the
/// target already.
bool was_sent_by_a_process(const signalfd_siginfo&);

/// A signal by which users end a program.
bool asks_to_end(int signal);

}  // namespace bottleneck
