#include "src/launch/collect.h"

#include <algorithm>
#include <cerrno>
#include <cmath>

#include <sys/resource.h>
#include <sys/wait.h>

#include "probes/clock.h"
#include "src/core/error.h"
#include "src/launch/exec_plan.h"
#include "src/launch/spawn.h"
#include "src/launch/traced.h"
#include "src/launch/tracking.h"

namespace bottleneck {
namespace {

/// Source: DESIGN section 2: windows of 10 ms, merged upwards to at most 4096.
constexpr double shortest_window_s = 0.01;
constexpr double most_windows = 4096;

double cpu_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double own_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return cpu_seconds(usage.ru_utime) + cpu_seconds(usage.ru_stime);
}

/// Reaps the target and no other child: those that our parent's exec left us are not ours to take.
Run reap(pid_t pid) {
  int status = 0;
  rusage usage{};
  for (;;) {
    const pid_t got = wait4(pid, &status, 0, &usage);
    if (got == pid && WIFSTOPPED(status)) stop_tracing(pid, WSTOPSIG(status));
    const bool again = got < 0 ? errno == EINTR : WIFSTOPPED(status);
    if (!again) break;
  }
  Run run;
  run.user_s = cpu_seconds(usage.ru_utime);
  run.system_s = cpu_seconds(usage.ru_stime);
  run.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
  run.exit_status = run.signal ? 128 + run.signal : WEXITSTATUS(status);
  return run;
}

void judge_end(Run& run, const Tracking& tracking) {
  run.timed_out = tracking.timed_out();
  run.interrupted = tracking.asked_to_end_by() != 0 && run.exit_status != 0;
  if (run.timed_out) run.exit_status = exit_timed_out;
}

void set_windows(Timeline& timeline, double wall_s) {
  if (timeline.windows > 0) return;
  timeline.window_s = shortest_window_s;
  while (wall_s / timeline.window_s > most_windows) timeline.window_s *= 2;
  timeline.windows = std::max(1, static_cast<int>(std::ceil(wall_s / timeline.window_s)));
}

/// The launched process and its main thread are there even if no probe saw them.
void describe_launched(Profile& profile, const ProcessTree& tree, const std::string& executable) {
  const Run& run = profile.this_run();
  const std::string& program = profile.target.command.front();
  if (profile.processes.empty()) {
    Process process;
    process.pid = tree.root;
    process.executable = executable;
    process.name = program.substr(program.rfind('/') + 1);
    process.end_s = run.wall_s;
    profile.processes.push_back(process);
  }
  if (profile.threads.empty()) {
    Thread thread;
    thread.tid = tree.root;
    thread.name = profile.processes.front().name;
    thread.end_s = run.wall_s;
    thread.cpu_s = run.user_s + run.system_s;
    profile.threads.push_back(thread);
  }
}

/// The target with what the probes need in its environment. The profile keeps it as it was given.
Target observable(Target target, ProbeSet& probes) {
  const ExecPlan plan = plan_exec(target);
  for (std::string& setting : probes.prepare(find_program(target, plan), plan.environment_text))
    target.environment.push_back(std::move(setting));
  return target;
}

/// What is kept of a run between its steps.
struct Collection {
  const LaunchOptions& options;
  const System& system;
  ProbeSet probes;
  ProcessTree tree;
  std::int64_t start_ns = 0;
  std::string executable;
  double own_cpu_at_start_s = 0;

  void finish(const Tracking& tracking, Profile& profile) {
    double wall_s = profile.this_run().wall_s;
    bool tree_scanned = !probes.keeps_tree();
    probes.finish(profile, [&] {
      set_windows(profile.timeline, wall_s);
      bool unseen = profile.processes.empty();
      describe_launched(profile, tree, executable);
      if (unseen && tree_scanned)
        tracking.tree_scan().describe(tree, start_ns, tracking.end_ns(), profile);
    });
    Overhead& overhead = profile.overhead;
    double available_s = wall_s * profile.machine.cpus();
    if (available_s > 0) overhead.share = (overhead.own_cpu_s + overhead.in_target_s) / available_s;
  }
};

/// Everything after exec. The target's status wins whatever fails here, so nothing may be thrown.
Profile follow(Collection& collection, SignalQueue& signals) noexcept {
  Profile profile;
  profile.target = collection.options.target;
  Tracking tracking(collection.options, collection.system, signals, collection.probes,
                    collection.tree);
  try {
    collection.probes.target_started(collection.start_ns);
    tracking.follow(collection.start_ns);
    collection.probes.target_exited(collection.tree, tracking.end_ns());
  } catch (const std::exception& error) {
    profile.notes.push_back(std::string("observing broke off: ") + error.what());
  }
  profile.overhead.own_cpu_s = own_cpu_s() - collection.own_cpu_at_start_s;
  profile.runs.push_back(reap(collection.tree.root));
  std::int64_t end_ns = tracking.end_ns() > 0 ? tracking.end_ns() : monotonic_ns();
  profile.runs.front().wall_s = seconds(end_ns - collection.start_ns);
  judge_end(profile.runs.front(), tracking);
  try {
    collection.finish(tracking, profile);
  } catch (const std::exception& error) {
    profile.notes.push_back(std::string("the profile is incomplete: ") + error.what());
  }
  profile.overhead.after_exit_s = seconds(monotonic_ns() - end_ns);
  return profile;
}

}  // namespace

Profile collect(const LaunchOptions& options, const System& system,
                std::vector<std::unique_ptr<Probe>> probes) {
  const InheritedSignals& inherited = hold_signals();
  SignalQueue signals;
  Collection collection{options, system, ProbeSet(system, std::move(probes)), {}, 0, "", 0};
  StoppedTarget target(observable(options.target, collection.probes), options.stdout_to_stderr,
                       inherited);
  pid_t pid = target.pid();
  collection.tree = {pid, {pid}, {pid}};
  collection.probes.attach(collection.tree);
  collection.own_cpu_at_start_s = own_cpu_s();
  collection.start_ns = target.release();
  collection.executable = system.read_link("/proc/" + std::to_string(pid) + "/exe").value_or("");
  return follow(collection, signals);
}

}  // namespace bottleneck
