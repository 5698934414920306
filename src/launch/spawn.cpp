#include "src/launch/spawn.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "probes/clock.h"
#include "src/core/error.h"
#include "src/launch/exec_plan.h"

namespace bottleneck {
namespace {

enum class Step { starting, no_directory, no_exec };

/// What the child tells before exec, or instead of it.
struct ChildReport {
  Step step = Step::starting;
  int error_number = 0;
  int candidate = 0;  ///< index into ExecPlan::candidates
  int unused = 0;     ///< no padding: all of it is written to the pipe
  std::int64_t time_ns = 0;
};

struct Pipe {
  Fd read_end;
  Fd write_end;
};

[[noreturn]] void fail(const char* call) {
  throw Error("cannot start a process", std::string(call) + ": " + std::strerror(errno),
              "the program was not started",
              "look at the limits of processes and open files: ulimit -u -n");
}

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
  return {Fd(ends[0]), Fd(ends[1])};
}

ssize_t read_again(int fd, void* to, std::size_t size) {
  ssize_t got;
  do got = read(fd, to, size);
  while (got < 0 && errno == EINTR);
  return got;
}

/// As execvp goes on to the next folder of PATH.
bool is_elsewhere(int error_number) {
  return error_number == ENOENT || error_number == ENOTDIR || error_number == ESTALE ||
         error_number == ENODEV || error_number == ETIMEDOUT;
}

/// The child's life until exec. Async-signal-safe calls only, no allocation.
struct ChildPlan {
  const char* directory;  ///< null = unchanged
  bool stdout_to_stderr;
  const Apart* apart;  ///< null = ours
  const InheritedSignals* signals;
  const ExecPlan* exec;
  int go;
  int reports;

  void tell(ChildReport report) const { (void)!write(reports, &report, sizeof report); }

  void set_apart() const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    dup2(apart->input, STDIN_FILENO);
    dup2(apart->output, STDOUT_FILENO);
    dup2(apart->error, STDERR_FILENO);
  }

  [[noreturn]] void live() const {
    restore_signals(*signals);
    if (apart) set_apart();
    char byte;
    if (read_again(go, &byte, 1) != 1) _exit(0);  // nobody is there to release us: run nothing
    if (stdout_to_stderr) dup2(STDERR_FILENO, STDOUT_FILENO);
    if (directory && chdir(directory) != 0) {
      tell({Step::no_directory, errno});
      _exit(exit_own_failure);
    }
    tell({.step = Step::starting, .time_ns = monotonic_ns()});
    ChildReport failure{Step::no_exec, ENOENT};
    for (std::size_t i = 0; i < exec->candidates.size(); ++i) {
      execve(exec->candidates[i].c_str(), exec->arguments.data(), exec->environment.data());
      if (is_elsewhere(errno)) continue;
      failure.error_number = errno;
      failure.candidate = static_cast<int>(i);
      if (errno != EACCES) break;
    }
    tell(failure);
    _exit(exit_not_executable);
  }
};

}  // namespace

StoppedTarget::StoppedTarget(const Target& target, bool stdout_to_stderr,
                             const InheritedSignals& signals, const Apart* apart)
    : target_(target) {
  ExecPlan exec = plan_exec(target_);
  Pipe go = make_pipe();
  Pipe reports = make_pipe();
  ChildPlan child{target_.directory.empty() ? nullptr : target_.directory.c_str(),
                  stdout_to_stderr,
                  apart,
                  &signals,
                  &exec,
                  go.read_end.get(),
                  reports.write_end.get()};
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    go.write_end.reset();  // else it would never see our end
    child.live();
  }
  if (apart) setpgid(pid_, pid_);  // whoever of the two comes first, a kill finds the group
  go_ = std::move(go.write_end);
  reports_ = std::move(reports.read_end);
}

StoppedTarget::~StoppedTarget() {
  go_.reset();
  if (ours_to_reap_) reap();
}

void StoppedTarget::reap() {
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ours_to_reap_ = false;
}

std::int64_t StoppedTarget::release() {
  std::int64_t started_ns = monotonic_ns();
  (void)!write(go_.get(), "g",
               1);  // fails only if the child was killed meanwhile: the caller sees how it ended
  ChildReport report;
  while (read_again(reports_.get(), &report, sizeof report) ==
         static_cast<ssize_t>(sizeof report)) {
    if (report.step == Step::starting) {
      started_ns = report.time_ns;
      continue;
    }
    reap();
    if (report.step == Step::no_directory) throw directory_error(target_, report.error_number);
    std::vector<std::string> candidates = plan_exec(target_).candidates;
    throw exec_error(target_, candidates.at(static_cast<std::size_t>(report.candidate)),
                     report.error_number);
  }
  ours_to_reap_ = false;
  return started_ns;
}

}  // namespace bottleneck
