#include "src/prove/rejection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/prove/trials.h"

namespace bottleneck {
namespace {

using ::testing::HasSubstr;
using testing::trial_of;

TrialRun a_run() {
  TrialRun run;
  run.wall_s = run.cpu_s = 2;
  return run;
}

std::string why(void (*change)(TrialRun&)) {
  TrialRun run = a_run();
  change(run);
  return why_rejected(run, {2, 3});
}

TEST(Rejection, is_by_cause) {
  EXPECT_EQ(why([](TrialRun&) {}), "");
  EXPECT_THAT(why([](TrialRun& run) { run.others_s = 0.09; }), HasSubstr("other programs"));
  EXPECT_THAT(why([](TrialRun& run) { run.run_delay_s = 0.05; }), HasSubstr("waited for a CPU"));
  EXPECT_THAT(why([](TrialRun& run) { run.steal_s = 0.05; }), HasSubstr("hypervisor"));
  EXPECT_THAT(why([](TrialRun& run) { run.major_faults = 20; }), HasSubstr("17 page faults"));
}

TEST(Rejection, bears_what_is_usual) {
  EXPECT_EQ(why([](TrialRun& run) { run.others_s = 0.07; }), "") << "less than 2 % of 2 CPUs";
  EXPECT_EQ(why([](TrialRun& run) { run.run_delay_s = 0.03; }), "");
  EXPECT_EQ(why([](TrialRun& run) { run.steal_s = 0.02; }), "") << "two ticks of /proc/stat";
  EXPECT_EQ(why([](TrialRun& run) { run.major_faults = 13; }), "") << "three are its own";
}

TEST(Rejection, does_not_blame_the_machine_for_threads_that_outnumber_the_cpus) {
  EXPECT_EQ(why([](TrialRun& run) {
              run.cpu_s = 4;
              run.run_delay_s = 1;
            }),
            "");
}

TEST(Rejection, is_never_for_a_long_duration) {
  EXPECT_EQ(why([](TrialRun& run) { run.wall_s = run.cpu_s = 1'000; }), "");
}

TEST(Rejection, of_too_many_is_taken_back_and_said) {
  std::vector<Trial> trials = {trial_of("a", {1, 1, 1, 1, 1}), trial_of("b", {1, 1, 1, 1, 1})};
  for (std::size_t i = 0; i < 3; ++i) trials[0].runs[i].rejected = "steal: 5 % of the time";
  EXPECT_EQ(accept_noise(trials), "");
  EXPECT_FALSE(trials[0].runs[0].rejected.empty());
  trials[1].runs[0].rejected = "others: 7 % of the time";
  EXPECT_THAT(accept_noise(trials), HasSubstr("others in 1, steal in 3 of 10 runs"));
  EXPECT_EQ(trials[0].runs[0].rejected, "");
  EXPECT_EQ(trials[1].runs[0].rejected, "");
}

TEST(Rejection, of_what_was_ended_by_us_stays) {
  std::vector<Trial> trials = {trial_of("a", {1}), trial_of("b", {9, 9})};
  for (TrialRun& run : trials[1].runs) {
    run.exit_status = 124;
    run.rejected = "ended after its time";
  }
  EXPECT_EQ(accept_noise(trials), "");
  EXPECT_FALSE(trials[1].runs[0].rejected.empty());
}

}  // namespace
}  // namespace bottleneck
