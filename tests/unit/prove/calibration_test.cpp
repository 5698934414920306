#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "src/analysis/calibrate_prediction.h"

namespace bottleneck {
namespace {

constexpr double spread = 1.2;  // of the intervals that the model gives

/// A case that the model missed by the factor. Each of a workload of its own, as repetitions of one
/// are no new cases.
Residual missed_by(double factor, const std::string& workload = "") {
  static int count = 0;
  const std::string own = "w" + std::to_string(++count);
  return {
      "",         "",        workload.empty() ? own : workload, Remedy::vectorize, 4, 4 / spread,
      4 * spread, 4 * factor};
}

std::vector<Residual> cases(int count, double factor) {
  std::vector<Residual> all;
  for (int i = 0; i < count; ++i) all.push_back(missed_by(i % 2 ? factor : 1 / factor));
  return all;
}

const Quantity a_prediction{2, 2 / spread, 2 * spread, Unit::ratio};

TEST(Calibration, changes_nothing_below_19_cases) {
  const Calibration few = calibrate(cases(18, 1.5), Remedy::vectorize, "");
  EXPECT_FALSE(few.applies);
  EXPECT_EQ(few.cases, 18);
  EXPECT_EQ(apply(few, a_prediction), a_prediction);
  EXPECT_TRUE(calibrate(cases(19, 1.5), Remedy::vectorize, "").applies);
}

TEST(Calibration, widens_to_what_was_missed_before) {
  const Quantity wide = apply(calibrate(cases(20, 1.5), Remedy::vectorize, ""), a_prediction);
  EXPECT_NEAR(wide.value, 2, 1e-9) << "misses to both sides shift nothing";
  EXPECT_NEAR(wide.high, 2 * 1.5, 1e-9);
  EXPECT_NEAR(wide.low, 2 / 1.5, 1e-9);
  const Quantity narrow = apply(calibrate(cases(20, 1.05), Remedy::vectorize, ""), a_prediction);
  EXPECT_NEAR(narrow.high, 2 * 1.05, 1e-9);
}

TEST(Calibration, is_of_one_remedy_and_leaves_the_workload_out) {
  std::vector<Residual> all = cases(19, 1.5);
  EXPECT_EQ(calibrate(all, Remedy::spread_work, "").cases, 0);
  EXPECT_EQ(calibrate(all, Remedy::vectorize, all.front().workload).cases, 18);
  for (int i = 0; i < 19; ++i) all.push_back(missed_by(3, "other"));
  EXPECT_EQ(calibrate(all, Remedy::vectorize, "other").cases, 19);
}

TEST(Calibration, takes_repetitions_of_a_workload_for_few_cases) {
  const std::vector<Residual> same(30, missed_by(1.5, "matmul"));
  EXPECT_LT(calibrate(same, Remedy::vectorize, "").cases, least_cases);
}

TEST(Calibration, shifts_by_what_was_always_missed_but_shrunk) {
  std::vector<Residual> all;
  for (int i = 0; i < 20; ++i) all.push_back(missed_by(1.5));
  const Calibration found = calibrate(all, Remedy::vectorize, "");
  EXPECT_NEAR(found.shift, std::log(1.5) * 20 / 25, 1e-9);
  const Quantity shifted = apply(found, a_prediction);
  EXPECT_GT(shifted.value, 2.5);
  EXPECT_GE(shifted.high, 3 * (1 - 1e-9));
}

TEST(Calibration, is_not_led_astray_by_single_disasters) {
  std::vector<Residual> all = cases(27, 1.1);
  for (int i = 0; i < 2; ++i) all.push_back(missed_by(0.1));
  const Calibration found = calibrate(all, Remedy::vectorize, "");
  EXPECT_LT(std::abs(found.shift), std::log(1.1) + 1e-9);
  EXPECT_LT(apply(found, a_prediction).high, 2 * 1.4);
}

TEST(Calibration, ignores_figures_that_are_none) {
  std::vector<Residual> all = cases(19, 1.5);
  for (Residual& one : all) one.low = 0;
  EXPECT_EQ(calibrate(all, Remedy::vectorize, "").cases, 0);
}

TEST(Calibration, covers_nine_of_ten_new_cases_of_the_same_kind) {
  std::mt19937 dice(1);
  std::normal_distribution<double> error(0.05, 0.4);
  int held = 0;
  constexpr int rounds = 400;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Residual> all;
    for (int i = 0; i < 30; ++i) all.push_back(missed_by(std::exp(error(dice))));
    const Quantity interval = apply(calibrate(all, Remedy::vectorize, ""), a_prediction);
    const double truth = 2 * std::exp(error(dice));
    held += truth >= interval.low && truth <= interval.high;
  }
  EXPECT_NEAR(held / double{rounds}, 0.9, 0.05);
}

}  // namespace
}  // namespace bottleneck
