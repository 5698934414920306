// Experiments with real processes. No time is asserted, but that what sleeps for minutes was ended.
#include "src/prove/experiment.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "src/core/error.h"
#include "src/launch/signals.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

using testing::HasSubstr;

Arm arm(const std::string& variant, const std::string& script) {
  return {variant, {{"/bin/sh", "-c", script}, "", {}}};
}

/// Two blocks, no more, whatever the machine does meanwhile.
ExperimentPlan short_plan(std::vector<Arm> arms) {
  ExperimentPlan plan;
  plan.arms = std::move(arms);
  plan.least_blocks = plan.most_blocks = 1;
  plan.warm_up = false;
  plan.timeout_s = 60;
  return plan;
}

ExperimentResult run(const ExperimentPlan& plan) { return run_experiment(plan, System{}, {}); }

bool has_no_children() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(Experiment, runs_every_arm_in_every_block) {
  ExperimentPlan plan = short_plan(
      {{"true", {{"/bin/true"}, "", {}}}, arm("echo", "echo $A"), arm("sleep", "sleep 0.01")});
  plan.arms[1].target.environment = {"A=7"};
  plan.least_blocks = plan.most_blocks = 3;
  std::vector<int> blocks;
  const ExperimentResult result =
      run_experiment(plan, System{}, [&](int block, int) { blocks.push_back(block); });
  ASSERT_EQ(result.trials.size(), 3u);
  for (const Trial& trial : result.trials) {
    EXPECT_EQ(trial.runs.size(), blocks.size());
    EXPECT_GE(trial.runs.size(), 3u);
    EXPECT_LE(trial.runs.size(), 6u) << "at most twice what was planned";
  }
  EXPECT_EQ(blocks.front(), 1);
  EXPECT_EQ(result.trials[1].variant, "echo");
  EXPECT_EQ(result.trials[1].runs[0].output, "7\n");
  EXPECT_EQ(result.trials[0].runs[0].exit_status, 0);
  EXPECT_GE(result.trials[2].runs[0].wall_s, 0.01);
  EXPECT_GT(result.trials[2].runs[0].max_rss_bytes, 100'000u);
  EXPECT_FALSE(result.interrupted);
  EXPECT_TRUE(has_no_children());
}

TEST(Experiment, counts_the_cpu_time_of_the_arm) {
  const ExperimentResult result =
      run(short_plan({arm("busy", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"),
                      arm("idle", "sleep 0.2")}));
  EXPECT_GT(result.trials[0].runs[0].cpu_s, 2 * result.trials[1].runs[0].cpu_s);
}

TEST(Experiment, gives_an_arm_no_input_and_its_directory) {
  TemporaryFolder folder;
  ExperimentPlan plan = short_plan({arm("read", "read line && echo got $line; pwd")});
  plan.arms[0].target.directory = folder.path();
  EXPECT_EQ(run(plan).trials[0].runs[0].output, folder.path() + "\n");
}

TEST(Experiment, a_warm_up_runs_but_does_not_count) {
  TemporaryFolder folder;
  ExperimentPlan plan = short_plan({arm("count", "echo x >> runs; wc -l < runs")});
  plan.arms[0].target.directory = folder.path();
  plan.warm_up = true;
  EXPECT_EQ(run(plan).trials[0].runs.front().output, "2\n");
}

TEST(Experiment, keeps_how_an_arm_failed) {
  ::testing::internal::CaptureStderr();
  ExperimentPlan plan = short_plan(
      {arm("dies", "echo 'no memory' >&2; kill -9 $$"), {"false", {{"/bin/false"}, "", {}}}});
  plan.least_blocks = plan.most_blocks = 2;
  const ExperimentResult result = run(plan);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(result.trials[0].runs[0].exit_status, 137);
  EXPECT_EQ(result.trials[1].runs[0].exit_status, 1);
  EXPECT_THAT(said, HasSubstr("no memory"));
  EXPECT_EQ(said.find("no memory"), said.rfind("no memory")) << "said once";
}

TEST(Experiment, shows_nothing_of_what_an_arm_says_on_the_way) {
  ::testing::internal::CaptureStderr();
  run(short_plan({arm("chatty", "echo noise >&2")}));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Experiment, keeps_the_beginning_of_a_long_output_and_tells_apart_the_rest) {
  const ExperimentResult result = run(short_plan({arm("a", "head -c 3000000 /dev/zero; echo a"),
                                                  arm("b", "head -c 3000000 /dev/zero; echo b")}));
  const std::string& one = result.trials[0].runs[0].output;
  EXPECT_LT(one.size(), 70'000u);
  EXPECT_THAT(one, HasSubstr("3000002 bytes in all"));
  EXPECT_NE(one, result.trials[1].runs[0].output);
}

TEST(Experiment, of_a_program_that_is_not_there_is_an_error) {
  try {
    run(short_plan({arm("a", "true"), {"b", {{"/no/such/program"}, "", {}}}}));
    ADD_FAILURE() << "it was started";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_status, exit_not_found);
  }
  EXPECT_TRUE(has_no_children());
}

TEST(Experiment, ends_an_arm_after_its_time_with_all_that_it_started) {
  ::testing::internal::CaptureStderr();
  TemporaryFolder folder;
  ExperimentPlan plan =
      short_plan({arm("quick", "true"),
                  arm("stubborn", "trap '' TERM; (sleep 300 & echo $! > pid); sleep 300")});
  plan.arms[1].target.directory = folder.path();
  plan.timeout_s = 0.3;
  plan.most_blocks = 4;
  const ExperimentResult result = run(plan);
  const std::string said = ::testing::internal::GetCapturedStderr();
  const Trial& stubborn = result.trials[1];
  ASSERT_EQ(stubborn.runs.size(), 2u) << "given up after two";
  EXPECT_EQ(stubborn.runs[0].exit_status, exit_timed_out);
  EXPECT_THAT(stubborn.runs[0].rejected, HasSubstr("its time of 0.3 s"));
  EXPECT_GE(result.trials[0].runs.size(), 1u);
  EXPECT_THAT(said, HasSubstr("stubborn"));
  const pid_t sleeper = std::stoi(folder.read("pid"));
  for (int i = 0; i < 100 && kill(sleeper, 0) == 0; ++i)  // init reaps it when it gets to it
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::string stat = System{}.read("/proc/" + std::to_string(sleeper) + "/stat").value_or("");
  EXPECT_TRUE(stat.empty() || stat.find(") Z") != std::string::npos) << stat;
}

TEST(Experiment, of_an_arm_that_leaves_somebody_behind_ends_him_too) {
  TemporaryFolder folder;
  ExperimentPlan plan = short_plan({arm("leaves", "sleep 300 & echo $! > pid")});
  plan.arms[0].target.directory = folder.path();
  EXPECT_EQ(run(plan).trials[0].runs[0].exit_status, 0) << "does not wait for an open pipe";
  const pid_t sleeper = std::stoi(folder.read("pid"));
  for (int i = 0; i < 100 && kill(sleeper, 0) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::string stat = System{}.read("/proc/" + std::to_string(sleeper) + "/stat").value_or("");
  EXPECT_TRUE(stat.empty() || stat.find(") Z") != std::string::npos) << stat;
}

TEST(Experiment, that_is_interrupted_keeps_what_was_measured) {
  TemporaryFolder folder;
  for (const int signal : {SIGINT, SIGTERM}) {
    hold_signals();  // before the thread: it must not be the one that gets it
    ExperimentPlan plan = short_plan(
        {arm("first", "true"),
         arm("endless", "[ -e ran ] || { touch ran; exit 0; }; touch waits; exec sleep 300")});
    for (Arm& one : plan.arms) one.target.directory = folder.path();
    plan.most_blocks = plan.least_blocks = 5;
    plan.timeout_s = 200;
    std::atomic<bool> over = false;
    std::thread user([&] {
      while (!over && !std::filesystem::exists(folder.path("waits")))
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (!over) kill(getpid(), signal);
    });
    const ExperimentResult result = run(plan);
    over = true;
    user.join();
    EXPECT_TRUE(result.interrupted);
    EXPECT_GE(result.trials[0].runs.size(), 1u);
    ASSERT_EQ(result.trials[1].runs.size(), 1u) << "the run that was ended does not count";
    EXPECT_EQ(result.trials[1].runs[0].exit_status, 0);
    EXPECT_TRUE(has_no_children());
    std::filesystem::remove(folder.path("ran"));
    std::filesystem::remove(folder.path("waits"));
  }
}

TEST(Experiment, stops_when_its_budget_is_spent) {
  ExperimentPlan plan = short_plan({arm("a", "sleep 0.05")});
  plan.most_blocks = plan.least_blocks = 1'000;
  plan.budget_s = 0.2;
  const ExperimentResult result = run(plan);
  EXPECT_GE(result.trials[0].runs.size(), 1u);
  EXPECT_LT(result.trials[0].runs.size(), 10u);
}

TEST(Experiment, knows_what_others_took_by_the_looks_at_the_machine) {
  TemporaryFolder folder;
  folder.write("proc/stat", "cpu 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\n");
  ExperimentPlan plan =
      short_plan({arm("a", "echo 'cpu0 500 0 0 0 0 0 0 200' > " + folder.path("proc/stat"))});
  const ExperimentResult result = run_experiment(plan, System{folder.path()}, {});
  EXPECT_GT(result.trials[0].runs[0].others_s, 4.5);
  EXPECT_NEAR(result.trials[0].runs[0].steal_s, 2, 1e-9);
  EXPECT_THAT(result.noise, HasSubstr("hypervisor")) << "the only run was rejected: it counts";
}

}  // namespace
}  // namespace bottleneck
