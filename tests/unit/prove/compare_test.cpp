// The decisions of the gate, from runs written by hand.
#include "src/analysis/compare.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>

#include "src/core/error.h"
#include "tests/unit/prove/trials.h"

namespace bottleneck {
namespace {

using bottleneck::testing::steady;
using bottleneck::testing::trial_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double gate = 0.05;

Comparison judge(const Trial& base, const Trial& head) {
  Comparison all;
  all.gate = gate;
  judge_trials(all, base, head, most_looks);
  return all;
}

TEST(Gate, calls_a_slowdown_beyond_it_a_regression_and_the_reverse_an_improvement) {
  const Comparison slower = judge(steady("base", 1), steady("head", 1.1));
  EXPECT_EQ(slower.verdict, CompareVerdict::regression);
  ASSERT_TRUE(slower.ratio);
  EXPECT_NEAR(slower.ratio->value, 1.1, 1e-9);
  EXPECT_GT(slower.ratio->low, 1);
  EXPECT_EQ(slower.pairs, 10);
  EXPECT_EQ(judge(steady("base", 1.1), steady("head", 1)).verdict, CompareVerdict::improvement);
}

TEST(Gate, lets_pass_what_is_within_it) {
  EXPECT_EQ(judge(steady("base", 1), steady("head", 1)).verdict, CompareVerdict::ok);
  EXPECT_EQ(judge(steady("base", 1), steady("head", 1.03)).verdict, CompareVerdict::ok);
  EXPECT_EQ(judge(steady("base", 1), steady("head", 0.97)).verdict, CompareVerdict::ok);
}

TEST(Gate, says_nothing_of_noise) {
  std::vector<double> wild, shifted;
  for (int i = 0; i < 10; ++i) {
    wild.push_back(1 + 0.05 * ((i * 7) % 10));
    shifted.push_back(1.08 + 0.05 * ((i * 3) % 10));
  }
  const Comparison all = judge(trial_of("base", wild), trial_of("head", shifted));
  EXPECT_EQ(all.verdict, CompareVerdict::inconclusive);
  EXPECT_GT(all.smallest.value_or(0), 0.08) << "it could not have found such a slowdown";
}

TEST(Gate, tells_the_cpu_time_of_disturbed_runs_too_and_judges_nothing_by_it) {
  const auto busy = [](double cpu_s) {
    Trial trial = steady("one", 1);
    for (TrialRun& run : trial.runs) run.cpu_s = cpu_s;
    for (std::size_t i = 2; i < trial.runs.size(); ++i)
      trial.runs[i].rejected = "other programs used the CPUs";
    return trial;
  };
  const Comparison all = judge(busy(0.5), busy(0.6));
  EXPECT_EQ(all.verdict, CompareVerdict::inconclusive);
  EXPECT_FALSE(all.ratio);
  ASSERT_TRUE(all.cpu_ratio);
  EXPECT_NEAR(all.cpu_ratio->value, 1.2, 1e-9);
  EXPECT_EQ(judge(steady("base", 1), steady("head", 1)).verdict, CompareVerdict::ok);
  EXPECT_FALSE(judge(busy(0.001), busy(0.002)).cpu_ratio) << "the start of a program is most of it";
}

TEST(Gate, takes_five_runs_a_side) {
  const Comparison few = judge(trial_of("base", {1, 1, 1, 1}), trial_of("head", {2, 2, 2, 2}));
  EXPECT_EQ(few.verdict, CompareVerdict::inconclusive);
  EXPECT_FALSE(few.ratio);
  EXPECT_THAT(few.why, HasSubstr("4 runs"));
}

TEST(Gate, counts_no_rejected_run) {
  Trial head = steady("head", 1);
  head.runs.push_back(head.runs.front());
  head.runs.back().wall_s = 100;
  head.runs.back().rejected = "other programs used the CPUs";
  const Comparison all = judge(steady("base", 1), head);
  EXPECT_EQ(all.verdict, CompareVerdict::ok);
  EXPECT_EQ(all.head.rejected, 1);
  EXPECT_THAT(all.head.wall_s, SizeIs(10));
}

TEST(Gate, is_failed_by_a_head_that_fails) {
  Trial head = steady("head", 1);
  for (TrialRun& run : head.runs) run.exit_status = 139;
  const Comparison broken = judge(steady("base", 1), head);
  EXPECT_EQ(broken.verdict, CompareVerdict::regression);
  EXPECT_FALSE(broken.ratio);
  EXPECT_THAT(broken.why, HasSubstr("139"));
  EXPECT_EQ(judge(head, steady("head", 1)).verdict, CompareVerdict::incomparable);
}

TEST(Gate, is_failed_by_a_head_that_does_not_end) {
  Trial head{"head", {}};
  for (int i = 0; i < 2; ++i) {
    TrialRun run;
    run.wall_s = 10;
    run.exit_status = exit_timed_out;
    run.rejected = "ended after its time of 10.0 s";
    head.runs.push_back(run);
  }
  const Comparison all = judge(steady("base", 1), head);
  EXPECT_EQ(all.verdict, CompareVerdict::regression);
  EXPECT_THAT(all.why, HasSubstr("10.0 s"));
}

TEST(Gate, tells_of_other_outputs_and_goes_on) {
  Trial head = steady("head", 1.1);
  for (TrialRun& run : head.runs) run.output = "sum 43\n";
  const Comparison all = judge(steady("base", 1), head);
  EXPECT_EQ(all.verdict, CompareVerdict::regression);
  EXPECT_NE(all.outputs_differ, "");
  EXPECT_EQ(judge(steady("base", 1), steady("head", 1)).outputs_differ, "");
  Trial clock = steady("base", 1);
  clock.runs[3].output = "12:00\n";
  EXPECT_THAT(judge(clock, steady("head", 1)).notes, SizeIs(1)) << "base itself varies";
}

TEST(Gate, is_wider_at_each_look_the_more_looks_may_come) {
  std::vector<double> base, head;
  std::mt19937 dice(3);
  std::normal_distribution<double> noise(1, 0.03);
  for (int i = 0; i < 20; ++i) {
    base.push_back(noise(dice));
    head.push_back(noise(dice));
  }
  const GateLook one = look_at(base, head, gate, 1), many = look_at(base, head, gate, most_looks);
  EXPECT_LT(many.ratio->low, one.ratio->low);
  EXPECT_GT(many.ratio->high, one.ratio->high);
  EXPECT_GT(many.confidence, 0.99);
}

/// The same program, noise of 4 %, looked at until decided: as the requirement counts.
TEST(Gate, seldom_cries_wolf_though_it_looks_six_times) {
  std::mt19937 dice(11);
  std::lognormal_distribution<double> noise(0, 0.04);
  int false_alarms = 0;
  constexpr int comparisons = 60;
  for (int comparison = 0; comparison < comparisons; ++comparison) {
    std::vector<double> base, head;
    for (int look = 1; look <= 4; ++look) {  // the later ones cost much and change little
      while (static_cast<int>(base.size()) < pairs_at_look(10, look)) {
        base.push_back(noise(dice));
        head.push_back(noise(dice));
      }
      const GateLook found = look_at(base, head, gate, most_looks);
      if (found.verdict == CompareVerdict::regression) ++false_alarms;
      if (found.verdict != CompareVerdict::inconclusive) break;
    }
  }
  EXPECT_LE(false_alarms, comparisons * 2 / 100);
}

Report report_of(const std::vector<double>& wall_s, const std::string& program = "./p") {
  Report report;
  Profile& profile = report.profile;
  profile.target.command = {program, "9"};
  profile.machine.cpu_model = "A";
  profile.machine.kernel = "6.1";
  profile.machine.cpus_allowed = 2;
  profile.tier = Tier::B1;
  for (const double one : wall_s) {
    Run run;
    run.wall_s = one;
    profile.runs.push_back(run);
  }
  Process process;
  process.executable = "/x/" + program;
  profile.processes = {process};
  profile.threads.resize(1);
  report.shares = {{Bottleneck::compute, 0.75}, {Bottleneck::unattributed, 0.25}};
  return report;
}

const std::vector<double> seven = {1, 1.01, 0.99, 1, 1.01, 0.99, 1};

TEST(SavedReports, are_compared_where_they_are_of_one_machine_and_command) {
  Comparison all;
  judge_reports(all, report_of(seven, "old/p"), report_of(seven, "new/p"));
  EXPECT_EQ(all.verdict, CompareVerdict::ok);
  EXPECT_FALSE(all.interleaved);
  EXPECT_THAT(all.notes, SizeIs(1)) << "not side by side: said";
}

TEST(SavedReports, say_what_makes_them_incomparable) {
  using Spoil = void (*)(Profile&);
  const std::pair<const char*, Spoil> table[] = {
      {"CPU model", [](Profile& p) { p.machine.cpu_model = "B"; }},
      {"kernel", [](Profile& p) { p.machine.kernel = "6.2"; }},
      {"number of CPUs", [](Profile& p) { p.machine.cpus_allowed = 1; }},
      {"CPU quota", [](Profile& p) { p.machine.cpu_quota = 1.5; }},
      {"counters", [](Profile& p) { p.tier = Tier::A; }},
      {"command", [](Profile& p) { p.target.command[1] = "10"; }},
      {"environment", [](Profile& p) { p.target.environment = {"A=1"}; }},
      {"GPU",
       [](Profile& p) {
         p.gpu.devices.resize(1);
         p.gpu.devices[0].name = "X";
       }},
      {"interrupted", [](Profile& p) { p.runs[0].interrupted = true; }},
  };
  for (const auto& [what, spoil] : table) {
    Report head = report_of(seven);
    spoil(head.profile);
    Comparison all;
    judge_reports(all, report_of(seven), head);
    EXPECT_EQ(all.verdict, CompareVerdict::incomparable) << what;
    EXPECT_THAT(all.why, HasSubstr(what));
  }
  EXPECT_THAT(find_obstacles(report_of(seven).profile, report_of(seven).profile), IsEmpty());
}

TEST(SavedReports, of_one_run_decide_nothing) {
  Comparison all;
  judge_reports(all, report_of({1}), report_of({2}));
  EXPECT_EQ(all.verdict, CompareVerdict::inconclusive);
  EXPECT_EQ(all.head.median_s, 2);
}

TEST(WhatChanged, is_said_by_class_and_function_in_seconds) {
  Report base = report_of({1}, "old"), head = report_of({2}, "new");
  for (Report* one : {&base, &head}) {
    Location hot, other;
    hot.function = "spin";
    hot.module = one->profile.processes[0].executable;
    other.function = "parse";
    other.module = hot.module;
    one->profile.locations = {hot, other};
  }
  base.profile.timeline.code = {{0, 0, 0, 0.6, 6}, {0, 0, 1, 0.1, 1}};
  head.profile.timeline.code = {{0, 0, 0, 1.5, 15}, {1, 0, 0, 0.1, 1}};
  Comparison all;
  explain_change(all, base, head);
  ASSERT_THAT(all.classes, SizeIs(2));
  EXPECT_EQ(all.classes[0].name, "compute");
  EXPECT_NEAR(all.classes[0].base_s, 0.75, 1e-9);
  EXPECT_NEAR(all.classes[0].head_s, 1.5, 1e-9);
  ASSERT_THAT(all.functions, SizeIs(2)) << "old and new are two builds of one program";
  EXPECT_EQ(all.functions[0].name, "spin");
  EXPECT_NEAR(all.functions[0].change_s(), 1.0, 1e-9);
  EXPECT_NEAR(all.functions[1].change_s(), -0.1, 1e-9) << "gone";
}

}  // namespace
}  // namespace bottleneck
