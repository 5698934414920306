#include "src/analysis/verify.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/stats.h"
#include "tests/unit/prove/trials.h"

namespace bottleneck {
namespace {

using ::testing::HasSubstr;
using testing::steady;
using testing::trial_of;

Promise promise_of(double low, double value, double high) {
  Promise promise;
  promise.baseline = "before";
  promise.variant = "after";
  promise.remedy = Remedy::vectorize;
  promise.prediction = Prediction{{value, low, high, Unit::ratio}, "lanes", {"it is so"}};
  return promise;
}

Promise no_promise() {
  Promise promise = promise_of(1, 1, 1);
  promise.prediction.reset();
  return promise;
}

Outcome outcome_of(const Promise& promise, double speedup) {
  return verify(promise, steady("before", speedup), steady("after", 1), {}).outcome;
}

TEST(Speedup, is_the_ratio_of_medians_within_its_interval) {
  const auto speedup = measure_speedup(steady("before", 3), steady("after", 1));
  ASSERT_TRUE(speedup);
  EXPECT_NEAR(speedup->value, 3, 1e-9);
  EXPECT_LT(speedup->low, 3);
  EXPECT_GT(speedup->high, 3);
  EXPECT_GT(speedup->low, 2.9);
  EXPECT_LT(speedup->high, 3.1);
  EXPECT_EQ(*speedup, *measure_speedup(steady("before", 3), steady("after", 1))) << "no dice";
}

TEST(Speedup, takes_three_runs_a_side) {
  EXPECT_FALSE(measure_speedup(trial_of("a", {1, 1}), trial_of("b", {1, 1, 1})));
  EXPECT_FALSE(measure_speedup({}, {}));
  EXPECT_TRUE(measure_speedup(trial_of("a", {1, 1, 1}), trial_of("b", {1, 1, 1})));
}

TEST(Speedup, leaves_out_rejected_runs_and_those_that_end_otherwise) {
  Trial before = trial_of("a", {2, 2, 2, 50, 60}), after = trial_of("b", {1, 1, 1, 70});
  before.runs[3].rejected = "steal";
  before.runs[4].exit_status = 1;
  after.runs[3].exit_status = 139;
  EXPECT_EQ(measure_speedup(before, after)->high, 2);
}

TEST(Speedup, interval_holds_the_truth_in_about_95_of_100_cases) {
  std::mt19937 dice(5);
  std::lognormal_distribution<double> noise(0, 0.03);
  int held = 0;
  constexpr int cases = 300;
  for (int i = 0; i < cases; ++i) {
    std::vector<double> before, after;
    for (int run = 0; run < 10; ++run) {
      before.push_back(1.5 * noise(dice));
      after.push_back(noise(dice));
    }
    const RatioInterval found = ratio_of_medians(before, after);
    held += found.low <= 1.5 && found.high >= 1.5;
  }
  EXPECT_GE(held, cases * 92 / 100);
  EXPECT_LT(held, cases) << "an interval that always holds is too wide to say anything";
}

TEST(Verify, says_held_where_the_median_is_within_the_prediction) {
  const Verification one =
      verify(promise_of(1.8, 2, 2.2), steady("before", 2.1), steady("after", 1), {});
  EXPECT_EQ(one.outcome, Outcome::held);
  EXPECT_EQ(one.variant, "after");
  EXPECT_EQ(one.baseline, "before");
  EXPECT_EQ(one.model, "lanes");
  EXPECT_EQ(one.predicted->high, 2.2);
  EXPECT_NEAR(one.measured->value, 2.1, 1e-9);
  EXPECT_EQ(one.pairs, 10);
  EXPECT_EQ(one.rejected, 0);
  EXPECT_NEAR(one.baseline_s, 2.1, 0.01);
  EXPECT_NEAR(one.variant_s, 1, 0.01);
}

TEST(Verify, says_optimistic_and_pessimistic_where_it_is_clearly_outside) {
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 1.5), Outcome::optimistic);
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 2.5), Outcome::pessimistic);
}

TEST(Verify, says_inconclusive_where_the_interval_straddles_an_edge_with_its_median_outside) {
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 1.795), Outcome::inconclusive);
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 1.805), Outcome::held);
}

TEST(Verify, says_inconclusive_where_noise_is_half_of_the_promise) {
  const Trial before = trial_of("before", {1.0, 1.1, 1.4, 1.8, 0.9, 1.2}),
              after = trial_of("after", {1.0, 0.8, 1.5, 0.7, 1.3, 1.0});
  const Verification one = verify(promise_of(1.0, 1.2, 1.4), before, after, {});
  EXPECT_EQ(one.outcome, Outcome::inconclusive);
  EXPECT_THAT(one.why, HasSubstr("noisy"));
}

TEST(Verify, says_no_effect_and_harmful_against_a_promise) {
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 1.0), Outcome::no_effect);
  EXPECT_EQ(outcome_of(promise_of(1.8, 2, 2.2), 0.7), Outcome::harmful);
}

TEST(Verify, a_promise_of_nothing_is_held_by_nothing) {
  EXPECT_EQ(outcome_of(promise_of(0.97, 1, 1.03), 1.0), Outcome::held);
  EXPECT_EQ(outcome_of(promise_of(0.5, 0.6, 0.7), 0.6), Outcome::held) << "it said slower";
}

TEST(Verify, without_a_promise_says_what_was_measured) {
  EXPECT_EQ(outcome_of(no_promise(), 1.0), Outcome::no_effect);
  EXPECT_EQ(outcome_of(no_promise(), 0.7), Outcome::harmful);
  const Verification gain = verify(no_promise(), steady("before", 3), steady("after", 1), {});
  EXPECT_EQ(gain.outcome, Outcome::pessimistic);
  EXPECT_THAT(gain.why, HasSubstr("no profile predicted it"));
  EXPECT_TRUE(gain.measured);
  EXPECT_FALSE(gain.predicted);
  const Trial noisy = trial_of("after", {0.5, 1, 1.5, 0.7, 1.2});
  EXPECT_EQ(verify(no_promise(), steady("before", 1), noisy, {}).outcome, Outcome::inconclusive);
}

TEST(Verify, measures_nothing_where_outputs_differ) {
  const Trial after = trial_of("after", {1, 1, 1}, "sum 43\n");
  const Verification one = verify(promise_of(1.8, 2, 2.2), steady("before", 2), after, {});
  EXPECT_EQ(one.outcome, Outcome::not_equivalent);
  EXPECT_FALSE(one.measured);
  EXPECT_THAT(one.why, HasSubstr("sum 43"));
}

TEST(Verify, one_differing_run_of_many_is_enough) {
  Trial after = steady("after", 1);
  after.runs[7].output = "sum 43\n";
  EXPECT_EQ(verify(no_promise(), steady("before", 2), after, {}).outcome, Outcome::not_equivalent);
  Trial before = steady("before", 2);
  before.runs[3].output = "sum 44\n";
  EXPECT_THAT(verify(no_promise(), before, steady("after", 1), {}).why, HasSubstr("itself"));
}

TEST(Verify, measures_nothing_where_exit_statuses_differ) {
  Trial after = steady("after", 1);
  for (TrialRun& run : after.runs) run.exit_status = 139;
  const Verification one = verify(promise_of(1.8, 2, 2.2), steady("before", 2), after, {});
  EXPECT_EQ(one.outcome, Outcome::not_equivalent);
  EXPECT_THAT(one.why, HasSubstr("139"));
}

TEST(Verify, says_not_tested_where_too_little_ran) {
  EXPECT_EQ(verify(no_promise(), steady("before", 2), {"after", {}}, {}).outcome,
            Outcome::not_tested);
  EXPECT_EQ(verify(no_promise(), steady("before", 2), trial_of("after", {1, 1}), {}).outcome,
            Outcome::not_tested);
  Trial after = trial_of("after", {9, 9}, "su");
  for (TrialRun& run : after.runs) {
    run.exit_status = 124;
    run.rejected = "ended after its time of 9.0 s";
  }
  const Verification one = verify(no_promise(), steady("before", 2), after, {});
  EXPECT_EQ(one.outcome, Outcome::not_tested) << "half of an output says nothing";
  EXPECT_THAT(one.why, HasSubstr("its time"));
}

Trial dying(int of, int dead) {
  Trial trial = trial_of("before", std::vector<double>(static_cast<std::size_t>(of), 1));
  for (int i = 0; i < dead; ++i) {
    trial.runs[static_cast<std::size_t>(i)].exit_status = 137;
    trial.runs[static_cast<std::size_t>(i)].output = "";
  }
  return trial;
}

TEST(Verify, completes_is_held_where_only_the_variant_ends_well) {
  Promise promise = no_promise();
  promise.claim = "completes";
  Trial after = trial_of("after", {1, 1, 1});
  after.runs[1].max_rss_bytes = 5'000;
  const Verification one = verify(promise, dying(3, 3), after, {});
  EXPECT_EQ(one.outcome, Outcome::held);
  EXPECT_FALSE(one.measured) << "no speedup against a run that dies";
  EXPECT_EQ(one.variant_rss_bytes, 5'000u);
  EXPECT_EQ(verify(promise, dying(3, 2), after, {}).outcome, Outcome::held);
  EXPECT_EQ(verify(promise, dying(3, 0), after, {}).outcome, Outcome::no_effect);
  EXPECT_EQ(verify(promise, dying(3, 3), dying(3, 3), {}).outcome, Outcome::no_effect);
  EXPECT_EQ(verify(promise, dying(3, 3), dying(3, 1), {}).outcome, Outcome::optimistic);
}

TEST(Verify, completes_still_wants_the_same_output) {
  Promise promise = no_promise();
  promise.claim = "completes";
  Trial after = trial_of("after", {1, 1, 1});
  after.runs[2].output = "sum 43\n";
  EXPECT_EQ(verify(promise, dying(3, 3), after, {}).outcome, Outcome::not_equivalent);
  EXPECT_EQ(verify(promise, dying(3, 2), trial_of("after", {1, 1}, "0\n"), {}).outcome,
            Outcome::not_equivalent);
}

TEST(WriteDown, holds_every_figure_that_is_judged_by) {
  const std::string text = write_down(promise_of(1.8, 2.0000000001, 2.2));
  for (const char* part : {"before", "after", "vectorize", "speedup: 2.0000000001", "low: 1.8",
                           "high: 2.2", "lanes", "it is so"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_NE(text, write_down(promise_of(1.8, 2.0000000002, 2.2)));
  Promise none = no_promise();
  none.why_none = "the loop is unknown";
  EXPECT_THAT(write_down(none), HasSubstr("the loop is unknown"));
}

}  // namespace
}  // namespace bottleneck
