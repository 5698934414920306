#include "src/prove/arm_run.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "probes/clock.h"
#include "probes/machine/text.h"
#include "src/core/error.h"
#include "src/launch/spawn.h"
#include "src/prove/cpu_times.h"
#include "src/prove/streams_kept.h"

namespace bottleneck {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
/// From TERM to KILL: an arm is ours, nothing of it is worth the 5 s of a user's program.
constexpr std::int64_t grace_ns = 1'000'000'000;
/// Looks this often even if no signal tells of the end.
constexpr int longest_sleep_ms = 1'000;

double cpu_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// From its start to its end, with whatever ends it.
class Watch {
 public:
  Watch(pid_t pid, std::int64_t end_at_ns, SignalQueue& signals, StreamsKept& streams)
      : pid_(pid), signals_(signals), streams_(streams), terminate_ns_(end_at_ns) {}

  /// The time of the end. Afterwards it is a zombie, to be reaped, and its group is gone.
  std::int64_t wait() {
    while (!has_ended()) {
      sleep_until_something();
      streams_.drain();
      obey_signals();
      keep_time();
    }
    const std::int64_t end_ns = monotonic_ns();
    kill(-pid_, SIGKILL);  // the zombie keeps the number of its group: it can be nobody else's
    streams_.drain();
    return end_ns;
  }

  bool timed_out() const { return timed_out_; }
  bool interrupted() const { return interrupted_; }

 private:
  bool has_ended() const {
    siginfo_t info{};
    int found;
    do found = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    while (found != 0 && errno == EINTR);
    return found != 0 || info.si_pid == pid_;
  }

  void sleep_until_something() const {
    std::vector<pollfd> polled{{signals_.fd(), POLLIN, 0}};
    streams_.add_to(polled);
    const std::int64_t left_ns = std::min(terminate_ns_, kill_ns_) - monotonic_ns();
    const std::int64_t left_ms =
        std::clamp<std::int64_t>(left_ns / 1'000'000 + 1, 0, longest_sleep_ms);
    poll(polled.data(), polled.size(), static_cast<int>(left_ms));
  }

  void obey_signals() {
    while (const auto signal = signals_.next()) {
      if (!asks_to_end(static_cast<int>(signal->ssi_signo))) continue;
      if (interrupted_) kill(-pid_, SIGKILL);  // asked twice
      interrupted_ = true;
      terminate();
    }
  }

  void keep_time() {
    const std::int64_t now_ns = monotonic_ns();
    if (now_ns >= terminate_ns_) {
      timed_out_ = true;
      terminate();
    }
    if (now_ns >= kill_ns_) {
      kill(-pid_, SIGKILL);
      kill_ns_ = never;
    }
  }

  void terminate() {
    if (kill_ns_ == never) kill_ns_ = monotonic_ns() + grace_ns;
    terminate_ns_ = never;
    kill(-pid_, SIGTERM);
    kill(-pid_, SIGCONT);  // one that is stopped would not see it
  }

  pid_t pid_;
  SignalQueue& signals_;
  StreamsKept& streams_;
  std::int64_t terminate_ns_;
  std::int64_t kill_ns_ = never;
  bool timed_out_ = false;
  bool interrupted_ = false;
};

/// The second number of /proc/PID/schedstat. Only the main thread's are left when it has ended.
double run_delay_s(const System& system, pid_t pid) {
  const std::string text = system.read(fmt::format("/proc/{}/schedstat", pid)).value_or("");
  const auto numbers = split(text, ' ');
  if (numbers.size() < 2) return 0;
  return seconds(static_cast<std::int64_t>(leading_number(numbers[1]).value_or(0)));
}

TrialRun reap(pid_t pid) {
  int status = 0;
  rusage usage{};
  while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  TrialRun run;
  run.cpu_s = cpu_seconds(usage.ru_utime) + cpu_seconds(usage.ru_stime);
  run.major_faults = usage.ru_majflt;
  run.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  run.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return run;
}

std::int64_t end_time(std::int64_t start_ns, double timeout_s) {
  return timeout_s > 0 ? start_ns + static_cast<std::int64_t>(timeout_s * 1e9) : never;
}

}  // namespace

ArmRun run_arm(const Target& target, double timeout_s, const System& system,
               const std::vector<int>& cpus, SignalQueue& signals) {
  StreamsKept streams;
  const Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Apart apart{nothing.get(), streams.output_fd(), streams.error_fd()};
  StoppedTarget stopped(target, false, hold_signals(), &apart);
  streams.close_write_ends();
  const CpuTimes before = read_cpu_times(system, cpus);
  const std::int64_t start_ns = stopped.release();
  const pid_t pid = stopped.pid();
  Watch watch(pid, end_time(start_ns, timeout_s), signals, streams);
  const std::int64_t end_ns = watch.wait();
  const CpuTimes after = read_cpu_times(system, cpus);
  const double delay_s = run_delay_s(system, pid);
  ArmRun result;
  TrialRun& run = result.run = reap(pid);
  run.wall_s = seconds(end_ns - start_ns);
  run.run_delay_s = delay_s;
  run.others_s = std::max(0.0, after.busy_s - before.busy_s - run.cpu_s);
  run.steal_s = std::max(0.0, after.steal_s - before.steal_s);
  run.output = streams.output();
  result.last_words = streams.last_words();
  result.interrupted = watch.interrupted();
  if (watch.timed_out()) {
    run.exit_status = exit_timed_out;
    run.rejected = fmt::format("ended after its time of {:.1f} s", timeout_s);
  }
  return result;
}

}  // namespace bottleneck
