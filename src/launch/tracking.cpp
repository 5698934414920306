#include "src/launch/tracking.h"

#include <algorithm>
#include <cerrno>

#include <sys/wait.h>

#include "probes/clock.h"
#include "src/launch/traced.h"

namespace bottleneck {
namespace {

/// From TERM to KILL. Source: DESIGN section 7.
constexpr std::int64_t grace_ns = 5'000'000'000;

/// How often --wait-tree looks whether anybody is left once the launched process has ended.
constexpr std::int64_t wait_tree_ns = 20'000'000;

bool is_zombie(pid_t pid) {
  siginfo_t info{};
  int found;
  do found = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  while (found != 0 && errno == EINTR);
  if (found == 0 && info.si_pid == pid && info.si_code == CLD_TRAPPED) {
    stop_tracing(pid, info.si_status);
    return false;
  }
  // An error means that there is nothing to wait for any more: somebody else has reaped it.
  return found != 0 || info.si_pid == pid;
}

}  // namespace

Tracking::Tracking(const LaunchOptions& options, const System& system, SignalQueue& signals,
                   ProbeSet& probes, ProcessTree& tree)
    : options_(options),
      system_(system),
      signals_(signals),
      probes_(probes),
      tree_(tree),
      scan_(system) {}

void Tracking::follow(std::int64_t start_ns) {
  now_ns_ = monotonic_ns();
  if (options_.timeout_s > 0)
    terminate_ns_ = start_ns + static_cast<std::int64_t>(options_.timeout_s * 1e9);
  keep_tree();
  while (!is_over()) {
    wait_for_something();
    pass_on_signals();
    keep_timeout();
    keep_tree();
  }
  pass_on_signals();  // Ctrl-C ends the target, too, which may be seen before the signal is read
}

bool Tracking::is_over() {
  if (!root_ended_ && is_zombie(tree_.root)) {
    root_ended_ = true;
    end_ns_ = monotonic_ns();
    if (options_.wait_tree) probes_.tick_all(tree_);  // births not yet read would be overlooked
    if (!probes_.keeps_tree()) scan_.scan(tree_, end_ns_);  // who is left, as of now
  }
  if (!root_ended_ || !options_.wait_tree) return root_ended_;
  bool alone = std::none_of(tree_.live.begin(), tree_.live.end(),
                            [&](pid_t pid) { return pid != tree_.root && is_alive(system_, pid); });
  if (alone) end_ns_ = monotonic_ns();
  return alone;
}

void Tracking::wait_for_something() {
  std::vector<pollfd> polled{{signals_.fd(), POLLIN, 0}};
  probes_.add_wake_fds(polled);
  std::int64_t wake_ns = std::min({probes_.next_tick_ns(), terminate_ns_, kill_ns_});
  if (!probes_.keeps_tree()) wake_ns = std::min(wake_ns, scan_.next_scan_ns());
  if (root_ended_) wake_ns = std::min(wake_ns, now_ns_ + wait_tree_ns);
  timespec left{};
  if (wake_ns != never) {
    std::int64_t left_ns = std::max<std::int64_t>(0, wake_ns - monotonic_ns());
    left = {left_ns / 1'000'000'000, left_ns % 1'000'000'000};
  }
  if (ppoll(polled.data(), polled.size(), wake_ns == never ? nullptr : &left, nullptr) < 0)
    polled.clear();  // interrupted: nothing is known to be ready
  now_ns_ = monotonic_ns();
  probes_.tick(tree_, polled, now_ns_);
}

void Tracking::pass_on_signals() {
  while (std::optional<signalfd_siginfo> info = signals_.next()) {
    int signal = static_cast<int>(info->ssi_signo);
    if (signal == SIGCHLD) {  // else only wakes us: is_over looks
      if (info->ssi_code == CLD_TRAPPED)
        stop_tracing(static_cast<pid_t>(info->ssi_pid), info->ssi_status);
      continue;
    }
    if (asks_to_end(signal)) asked_to_end_by_ = signal;
    // A process of the tree that signals its group has reached its siblings itself.
    bool from_tree = tree_.ever.contains(static_cast<pid_t>(info->ssi_pid));
    if (was_sent_by_a_process(*info) && !from_tree) kill(tree_.root, signal);
  }
}

void Tracking::keep_timeout() {
  if (now_ns_ >= terminate_ns_) {
    terminate_ns_ = never;
    kill_ns_ = now_ns_ + grace_ns;
    timed_out_ = true;
    end_all(SIGTERM);
    end_all(SIGCONT);  // a stopped process would not see it
  }
  if (now_ns_ >= kill_ns_) {
    kill_ns_ = never;
    end_all(SIGKILL);
  }
}

/// The launched process only, as `timeout --foreground` does: the process group is our parent's
/// too. Descendants are neither waited for nor killed, unless --wait-tree makes them part of the
/// run.
void Tracking::end_all(int signal) {
  kill(tree_.root, signal);
  if (!options_.wait_tree) return;
  for (pid_t pid : tree_.live)
    if (pid != tree_.root) kill(pid, signal);
}

void Tracking::keep_tree() {
  if (!probes_.keeps_tree() && now_ns_ >= scan_.next_scan_ns()) scan_.scan(tree_, now_ns_);
}

}  // namespace bottleneck
