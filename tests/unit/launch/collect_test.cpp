#include "src/launch/collect.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/error.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

LaunchOptions shell(const std::string& script) {
  LaunchOptions options;
  options.target.command = {"/bin/sh", "-c", script};
  return options;
}

Profile collect_with(const LaunchOptions& options,
                     std::vector<std::unique_ptr<Probe>> probes = {}) {
  return collect(options, System{}, std::move(probes));
}

/// Writes down what it is called for, and fails where it is told to.
class ScriptedProbe : public Probe {
 public:
  ScriptedProbe(std::vector<std::string>& calls, std::string fails_at = "",
                std::string name = "scripted")
      : calls_(calls), fails_at_(std::move(fails_at)), name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  ProbeState check(const System&) override {
    if (fails_at_ == "check") return {name_, ProbeStatus::unavailable, "not here", "", ""};
    return {name_, ProbeStatus::available, "", "", "sees all"};
  }
  void attach(ProcessTree& tree) override { note("attach", tree.live.size() == 1); }
  std::chrono::milliseconds tick_interval() const override { return std::chrono::milliseconds{10}; }
  void tick(ProcessTree&) override { note("tick", true); }
  void target_started(std::int64_t) override { note("started", true); }
  void target_exited(ProcessTree& tree, std::int64_t) override {
    siginfo_t info{};
    note("exited",
         waitid(P_PID, static_cast<id_t>(tree.root), &info, WEXITED | WNOWAIT | WNOHANG) == 0);
  }
  void finish(Profile& profile) override { note("finish", profile.runs.size() == 1); }

 private:
  void note(const std::string& call, bool as_promised) {
    if (calls_.empty() || calls_.back() != call) calls_.push_back(call);
    EXPECT_TRUE(as_promised) << call;
    if (fails_at_ == call) throw Error("broken", "for the test", "", "repair it");
  }
  std::vector<std::string>& calls_;
  std::string fails_at_;
  std::string name_;
};

std::vector<std::unique_ptr<Probe>> scripted(std::vector<std::string>& calls,
                                             const std::string& fails_at = "") {
  std::vector<std::unique_ptr<Probe>> probes;
  probes.push_back(std::make_unique<ScriptedProbe>(calls, fails_at));
  return probes;
}

TEST(Collect, describes_the_run_without_any_probe) {
  Profile profile = collect_with(shell("exit 3"));
  ASSERT_EQ(profile.runs.size(), 1u);
  EXPECT_EQ(profile.this_run().exit_status, 3);
  EXPECT_EQ(profile.this_run().signal, 0);
  EXPECT_GT(profile.this_run().wall_s, 0);
  ASSERT_EQ(profile.processes.size(), 1u);
  EXPECT_EQ(profile.processes[0].name, "sh");
  EXPECT_EQ(profile.threads.size(), 1u);
  EXPECT_GE(profile.timeline.windows, 1);
  EXPECT_EQ(profile.tier, Tier::D);
}

TEST(Collect, calls_a_probe_in_the_promised_order) {
  std::vector<std::string> calls;
  collect_with(shell("sleep 0.1"), scripted(calls));
  EXPECT_THAT(calls, testing::ElementsAre("attach", "started", "tick", "exited", "finish"));
}

TEST(Collect, goes_on_without_a_probe_that_fails) {
  for (const char* step : {"attach", "started", "tick", "exited", "finish"}) {
    std::vector<std::string> broken, sound;
    std::vector<std::unique_ptr<Probe>> probes = scripted(broken, step);
    probes.push_back(std::make_unique<ScriptedProbe>(sound, "", "other"));
    Profile profile = collect_with(shell("sleep 0.05; exit 4"), std::move(probes));
    EXPECT_EQ(profile.this_run().exit_status, 4) << step;
    ASSERT_EQ(profile.probes.size(), 2u);
    EXPECT_EQ(profile.probes[0].status, ProbeStatus::unavailable) << step;
    EXPECT_EQ(profile.probes[0].reason, "broken: for the test");
    EXPECT_EQ(profile.probes[0].remedy, "repair it");
    EXPECT_EQ(profile.probes[1].status, ProbeStatus::available);
    EXPECT_EQ(broken.back(), step) << "called again after it had failed";
    EXPECT_EQ(sound.back(), "finish");
  }
}

TEST(Collect, does_not_attach_what_sees_nothing_here) {
  std::vector<std::string> calls;
  Profile profile = collect_with(shell("exit 0"), scripted(calls, "check"));
  EXPECT_TRUE(calls.empty());
  EXPECT_EQ(profile.probes.at(0).reason, "not here");
}

TEST(Collect, ends_the_run_with_the_launched_process) {
  Profile profile = collect_with(shell("sleep 30 & sleep 1"));
  std::vector<int> left;
  for (const Process& process : profile.processes)
    if (process.still_running) left.push_back(process.pid);
  ASSERT_EQ(left.size(), 1u) << "the one in the background, not the one that has ended";
  EXPECT_EQ(kill(left[0], SIGKILL), 0) << "it was killed by us";
}

TEST(Collect, waits_for_the_tree_when_asked_to) {
  TemporaryFolder folder;
  LaunchOptions options = shell("(sleep 1.2; echo done > late) & sleep 0.8; exit 6");
  options.target.directory = folder.path();
  options.wait_tree = true;
  Profile profile = collect_with(options);
  EXPECT_EQ(folder.read("late"), "done\n");
  EXPECT_EQ(profile.this_run().exit_status, 6);
}

TEST(Collect, ends_the_target_at_the_timeout) {
  LaunchOptions options = shell("trap 'exit 0' TERM; while :; do sleep 0.05; done");
  options.timeout_s = 0.2;
  Profile profile = collect_with(options);
  EXPECT_TRUE(profile.this_run().timed_out);
  EXPECT_EQ(profile.this_run().exit_status, 124);
}

TEST(Collect, passes_on_signals_that_a_process_sent_to_us) {
  TemporaryFolder folder;
  LaunchOptions options =
      shell("trap 'echo usr1 > got; exit 9' USR1; echo up > up; while :; do sleep 0.05; done");
  options.target.directory = folder.path();
  pid_t sender = fork();
  if (sender == 0) {
    while (access(folder.path("up").c_str(), F_OK) != 0) usleep(10'000);
    kill(getppid(), SIGUSR1);
    _exit(0);
  }
  Profile profile = collect_with(options);
  EXPECT_EQ(profile.this_run().exit_status, 9);
  EXPECT_EQ(folder.read("got"), "usr1\n");
  EXPECT_EQ(waitpid(sender, nullptr, 0), sender) << "a child that is not the target was reaped";
}

}  // namespace
}  // namespace bottleneck
