#include <cmath>

#include <gtest/gtest.h>

#include "probes/ceilings/kernels/session.h"
#include "probes/ceilings/kernels/slices.h"
#include "probes/ceilings/kernels/wide.h"

namespace bottleneck::ceilings {
namespace {

TEST(Kernels, do_what_they_say) {
  for (const WideKernels* kernels : kernels_here())
    EXPECT_STREQ(check_kernels(*kernels), "") << kernels->name;
}

double too_few(long times) { return scalar_kernels().flops_f64(times > 0 ? times - 1 : 0); }
void writes_nothing(char*, std::size_t, std::uint64_t) {}

TEST(Kernels, that_were_optimized_away_are_noticed) {
  WideKernels broken = scalar_kernels();
  broken.flops_f64 = too_few;
  EXPECT_STRNE(check_kernels(broken), "");
  broken = sse_kernels();
  broken.write = writes_nothing;
  EXPECT_STRNE(check_kernels(broken), "");
}

Session session_with(Figures figures, Session::Teller tell, Request request = {}) {
  Surroundings around;
  around.cpus = {0};
  return Session(around, std::move(request), std::move(tell), std::move(figures));
}

Figure figure_of(std::string name, Samples samples) {
  return {std::move(name), 0.01, 0.01, [=](Session&, double) { return samples; }};
}

TEST(Session, does_not_tell_a_value_above_the_possible) {
  std::vector<Measurement> told;
  Samples samples{{90, 100, 110}, Unit::hertz, Best::highest, "made up", 50};
  Samples fine = samples;
  fine.possible = 150;
  auto session = session_with({figure_of("a.above", samples), figure_of("a.below", fine)},
                              [&](const Measurement& one, double) { told.push_back(one); });
  session.run();
  ASSERT_EQ(told.size(), 3u);
  const auto* why = std::get_if<Unavailable>(&told[0].result);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->reason.find("self-check failed"), 0u) << why->reason;
  EXPECT_TRUE(std::holds_alternative<Quantity>(told[1].result));
  EXPECT_EQ(told[2].name, "machine.disturbed");
}

TEST(Session, tells_why_a_figure_could_not_be_measured_and_goes_on) {
  std::vector<Measurement> told;
  auto session =
      session_with({{"a.refused", 0.01, 0.01,
                     [](Session&, double) -> Outcome {
                       throw Unavailable{"because", "fix"};
                     }},
                    figure_of("a.good", {{1, 1, 1}, Unit::seconds, Best::lowest, "made up"})},
                   [&](const Measurement& one, double) { told.push_back(one); });
  session.run();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(std::get<Unavailable>(told[0].result).reason, "because");
  EXPECT_TRUE(std::holds_alternative<Quantity>(told[1].result));
}

TEST(Session, leaves_out_with_words_what_its_budget_does_not_allow) {
  std::vector<Measurement> told;
  const Figure slow{"a.slow", 0.01, 0.01, [](Session&, double) -> Outcome {
                      const double end = wall_seconds() + 0.05;
                      while (wall_seconds() < end) {
                      }
                      return Samples{{1}, Unit::seconds, Best::lowest, "made up"};
                    }};
  Figure late = slow;
  late.name = "a.late";
  Request request;
  request.budget_s = 0.02;
  auto session = session_with(
      {slow, late}, [&](const Measurement& one, double) { told.push_back(one); }, request);
  session.run();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<Quantity>(told[0].result));
  const auto* why = std::get_if<Unavailable>(&told[1].result);
  ASSERT_TRUE(why);
  EXPECT_NE(why->reason.find("time for measuring (0.02 s) was over"), std::string::npos);
}

TEST(Session, measures_a_full_set_in_rounds_and_spans_them) {
  std::vector<Measurement> told;
  double value = 100;
  const Figure drifting{"a.drifting", 0, 0.01, [&](Session&, double) -> Outcome {
                          value += 10;
                          return Samples{{value}, Unit::hertz, Best::highest, "made up"};
                        }};
  Request request;
  request.full = true;
  auto session = session_with(
      {drifting}, [&](const Measurement& one, double) { told.push_back(one); }, request);
  session.run();
  ASSERT_EQ(told.size(), 4u);
  const auto& last = std::get<Quantity>(told[2].result);
  EXPECT_LE(last.low, 110);
  EXPECT_GE(last.high, 130);
}

TEST(Session, tells_how_much_more_all_cpus_do_as_a_ratio) {
  Surroundings around;
  around.cpus = {0, 1};
  Figures figures = {
      figure_of("compute.flops_f64_sse_1", {{100}, Unit::flop_per_second, Best::highest, "one"}),
      figure_of("compute.flops_f64_sse_all", {{150}, Unit::flop_per_second, Best::highest, "two"})};
  add_scaling(figures, around);
  Session session(around, {}, {}, std::move(figures));
  const Measurement kappa = session.figure("kappa.compute_2");
  const auto* quantity = std::get_if<Quantity>(&kappa.result);
  ASSERT_TRUE(quantity);
  EXPECT_EQ(quantity->unit, Unit::ratio) << "what reports/machine.cpp shows as 1.5x";
  EXPECT_EQ(quantity->value, 1.5);
}

TEST(Estimate, takes_the_best_slices_and_an_interval_around_them) {
  const std::vector<double> times = {1.0, 1.0, 1.0, 1.1, 1.2, 9.0};
  const Quantity time = estimate({times}, Best::lowest, Unit::seconds);
  EXPECT_EQ(time.value, 1.0);
  EXPECT_LT(time.low, 1.0);
  EXPECT_GT(time.low, 0.8);
  EXPECT_GT(time.high, 1.0);
  const Quantity rate = estimate({{1, 9, 10, 10, 10}}, Best::highest, Unit::hertz);
  EXPECT_EQ(rate.value, 10);
}

TEST(Surroundings, name_one_cpu_of_each_core_first) {
  Surroundings around = look_around(System{});
  EXPECT_GE(around.cpus.size(), around.cores);
  EXPECT_GE(around.cores, 1u);
  EXPECT_EQ(around.siblings.has_value(), around.cpus.size() > around.cores);
  EXPECT_EQ(around.thread_counts().back(), static_cast<int>(around.cpus.size()));
}

}  // namespace
}  // namespace bottleneck::ceilings
