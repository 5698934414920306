// Which variants a diagnosis leads to, what is promised of them, and when a demo went wrong.
#include "src/prove/demo_plan.h"

#include <gmock/gmock.h>

namespace bottleneck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// ijk -> ikj -> {simd, blocked -> threads}; and what no profile foretells.
DemoDescription a_demo() {
  DemoDescription demo;
  demo.name = "matmul";
  demo.verdicts = {"memory_latency", "memory_bandwidth"};
  demo.variants = {{"ijk", "", "", {}, "speedup"},
                   {"ikj", "", "ijk", Remedy::reorder_accesses, "speedup"},
                   {"simd", "", "ikj", Remedy::vectorize, "speedup"},
                   {"blocked", "", "ikj", Remedy::reuse_in_cache, "speedup"},
                   {"other", "", "ikj", Remedy::vectorize, "speedup"},
                   {"strassen", "", "ijk", {}, "bound"},
                   {"threads", "", "other", Remedy::spread_work, "speedup"}};
  return demo;
}

Recommendation advise(Remedy remedy, Claim claim = Claim::expected, double speedup = 3) {
  Recommendation one;
  one.remedy = remedy;
  one.claim = claim;
  one.prediction.speedup = {speedup, claim == Claim::bound ? 1 : speedup / 2, speedup, Unit::ratio};
  if (claim != Claim::bound) one.prediction.speedup.high = speedup * 2;
  return one;
}

std::vector<std::string> names(const std::vector<DemoVariant>& all) {
  std::vector<std::string> words;
  for (const DemoVariant& one : all) words.push_back(one.name);
  return words;
}

std::vector<std::string> chosen(const DemoDescription& demo, const std::string& after,
                                const std::vector<Recommendation>& advice, Breadth breadth) {
  return names(choose_variants(demo, after, advice, breadth));
}

TEST(DemoPlan, says_what_observing_devices_cost) {
  Profile profile;
  profile.runs.emplace_back();
  profile.runs.back().wall_s = 1.5;
  Trial untraced{"naive", {}};
  for (const double wall_s : {1.0, 9.0, 1.2, 1.1}) {
    untraced.runs.emplace_back();
    untraced.runs.back().wall_s = wall_s;
  }
  untraced.runs[1].rejected = "others";
  EXPECT_EQ(say_tracing(profile, untraced), "") << "no device";
  profile.gpu.operations.emplace_back();
  EXPECT_THAT(say_tracing(profile, untraced),
              HasSubstr("1.50 s with its devices observed, 1.10 s without (median of 3 runs)"));
}

TEST(DemoPlan, takes_what_is_recommended_highest_and_leads_on) {
  const std::vector<Recommendation> advice = {
      advise(Remedy::spread_work), advise(Remedy::vectorize), advise(Remedy::reuse_in_cache)};
  EXPECT_THAT(chosen(a_demo(), "ikj", advice, Breadth::recommended), ElementsAre("other"));
  EXPECT_THAT(chosen(a_demo(), "ikj", {advice[2], advice[1]}, Breadth::path),
              ElementsAre("blocked"));
}

TEST(DemoPlan, reruns_all_where_asked) {
  EXPECT_THAT(chosen(a_demo(), "ikj", {}, Breadth::all), ElementsAre("simd", "blocked", "other"));
}

TEST(DemoPlan, reruns_nothing_that_was_not_recommended_but_a_better_algorithm) {
  const std::vector<Recommendation> advice = {advise(Remedy::spread_work)};
  EXPECT_THAT(chosen(a_demo(), "ijk", advice, Breadth::recommended), IsEmpty());
  EXPECT_THAT(chosen(a_demo(), "ijk", advice, Breadth::path), ElementsAre("strassen"));
  EXPECT_THAT(say_nothing_chosen(a_demo(), "ijk", advice),
              "of ijk the diagnosis recommends spread_work; ikj does reorder_accesses, strassen "
              "does what no profile foretells: not rerun");
  EXPECT_EQ(say_nothing_chosen(a_demo(), "threads", advice), "") << "the end of the way";
}

TEST(DemoPlan, tries_whatever_is_recommended_of_a_control) {
  DemoDescription demo = a_demo();
  demo.control = true;
  EXPECT_THAT(chosen(demo, "ikj", {advise(Remedy::reuse_in_cache), advise(Remedy::vectorize)},
                     Breadth::recommended),
              ElementsAre("blocked", "other", "simd"));
}

TEST(DemoPlan, promises_what_the_recommendation_predicts) {
  const DemoVariant simd = a_demo().variants[2];
  const Promise promise = promise_for(simd, {advise(Remedy::vectorize, Claim::conditional, 4)});
  ASSERT_TRUE(promise.prediction);
  EXPECT_EQ(promise.prediction->speedup.value, 4);
  EXPECT_EQ(promise.claim, "speedup");
  EXPECT_EQ(promise.baseline, "ikj");
}

TEST(DemoPlan, says_why_there_is_no_promise) {
  const Promise promise = promise_for(a_demo().variants[2], {advise(Remedy::spread_work)});
  EXPECT_FALSE(promise.prediction);
  EXPECT_EQ(promise.why_none, "the diagnosis recommends spread_work; simd does vectorize");
}

TEST(DemoPlan, promises_no_figure_where_only_completion_counts) {
  DemoVariant chunked = a_demo().variants[1];
  chunked.claim = "completes";
  const Promise promise = promise_for(chunked, {advise(Remedy::reorder_accesses)});
  EXPECT_FALSE(promise.prediction);
  EXPECT_EQ(promise.why_none, "");
}

TEST(DemoPlan, tells_a_promised_rescue_from_one_by_chance) {
  Promise promise;
  promise.claim = "completes";
  Verification promised;
  name_rescue(promised, promise);
  EXPECT_NE(promised.model, "");
  promise.why_none = "the diagnosis recommends nothing";
  Verification by_chance;
  name_rescue(by_chance, promise);
  EXPECT_EQ(by_chance.model, "");
  EXPECT_THAT(by_chance.why, HasSubstr("recommends nothing"));
}

Verification measured(const std::string& claim, double promised, double low, double value) {
  Verification one;
  one.variant = "simd";
  one.claim = claim;
  one.predicted = Quantity{promised, 1, promised, Unit::ratio};
  one.measured = Quantity{value, low, value * 1.01, Unit::ratio};
  one.outcome = Outcome::optimistic;
  return one;
}

TEST(DemoPlan, holds_a_bound_unless_it_was_exceeded) {
  Verification below = measured("bound", 2, 1.2, 1.3);
  judge_bound(below);
  EXPECT_EQ(below.outcome, Outcome::held);
  Verification above = measured("bound", 2, 2.2, 2.3);
  judge_bound(above);
  EXPECT_EQ(above.outcome, Outcome::pessimistic);
  Verification slower = measured("bound", 2, 0.7, 0.8);
  slower.outcome = Outcome::harmful;
  judge_bound(slower);
  EXPECT_EQ(slower.outcome, Outcome::harmful);
  Verification prediction = measured("speedup", 2, 1.2, 1.3);
  judge_bound(prediction);
  EXPECT_EQ(prediction.outcome, Outcome::optimistic);
}

TEST(DemoPlan, knows_a_wrong_diagnosis) {
  Verdict verdict;
  verdict.kind = Bottleneck::memory_latency;
  EXPECT_EQ(judge_diagnosis(a_demo(), verdict), "");
  verdict.kind = Bottleneck::compute;
  verdict.detail = Detail::scalar;
  EXPECT_EQ(judge_diagnosis(a_demo(), verdict),
            "it says compute, scalar; right is memory_latency or memory_bandwidth");
  verdict.mixed = true;
  verdict.detail = Detail::none;
  verdict.top = {Bottleneck::memory_latency, Bottleneck::compute};
  EXPECT_THAT(judge_diagnosis(a_demo(), verdict), HasSubstr("mixed: memory_latency + compute"));
  verdict.top = {Bottleneck::memory_latency, Bottleneck::memory_bandwidth};
  EXPECT_EQ(judge_diagnosis(a_demo(), verdict), "") << "both are right";
}

TEST(DemoPlan, knows_a_promise_of_a_control_that_fails) {
  const auto judge = [](Claim claim, double promised, const std::vector<Verification>& tried) {
    return judge_control({advise(Remedy::vectorize, claim, promised)}, tried);
  };
  const auto gives = [](double low, double high) {
    Verification one = measured("speedup", 1.8, low, high);
    one.remedy = Remedy::vectorize;
    return std::vector<Verification>{one};
  };
  EXPECT_THAT(judge(Claim::conditional, 1.8, gives(0.98, 1.0)), HasSubstr("simd was promised"));
  EXPECT_EQ(judge(Claim::conditional, 1.8, gives(1.2, 1.3)), "") << "it came true";
  EXPECT_EQ(judge(Claim::conditional, 1.07, gives(0.98, 1.0)), "") << "next to nothing";
  EXPECT_EQ(judge(Claim::bound, 1.8, gives(0.98, 1.0)), "") << "a bound promises nothing";
  EXPECT_THAT(judge(Claim::conditional, 1.8, {}), HasSubstr("nothing here tries it"));
}

TEST(DemoPlan, calls_nothing_held_that_was_measured_in_noise) {
  Verification one = measured("speedup", 1.8, 1.7, 1.9);
  one.outcome = Outcome::held;
  judge_noise(one, "");
  EXPECT_EQ(one.outcome, Outcome::held);
  judge_noise(one, "the machine was too busy");
  EXPECT_EQ(one.outcome, Outcome::inconclusive);
  EXPECT_THAT(one.why, HasSubstr("too busy"));
}

TEST(DemoPlan, takes_no_bound_for_a_prediction_to_calibrate) {
  Promise promise = promise_for(a_demo().variants[2], {advise(Remedy::vectorize, Claim::bound, 4)});
  EXPECT_EQ(promise.claim, "bound");
  std::vector<Residual> store(30, {"", "", "", Remedy::vectorize, 2.0, 1.5, 2.5, 1.0});
  for (std::size_t i = 0; i < store.size(); ++i) store[i].workload = "other" + std::to_string(i);
  calibrate_promise(promise, store, "matmul");
  EXPECT_EQ(promise.prediction->speedup.high, 4);
  Promise expected = promise_for(a_demo().variants[2], {advise(Remedy::vectorize)});
  const Quantity before = expected.prediction->speedup;
  calibrate_promise(expected, store, "matmul");
  EXPECT_NE(expected.prediction->speedup, before);
  EXPECT_THAT(expected.prediction->model, HasSubstr("30 earlier predictions"));
}

TEST(DemoPlan, sets_the_advised_piece_beside_the_other_sizes) {
  DemoDescription demo = a_demo();
  const auto rerun = [](const std::string& name, double seconds) {
    Verification one;
    one.variant = name;
    one.baseline = "whole";
    one.remedy = Remedy::work_in_pieces;
    one.variant_s = seconds;
    return one;
  };
  DemoVariant chunked;
  chunked.name = "chunked";
  chunked.takes_piece = true;
  demo.variants.push_back(chunked);
  EXPECT_EQ(compare_pieces(demo, {rerun("chunk-1m", 0.5), rerun("chunked", 0.4)}, 131072, "whole"),
            "pieces of 128 KiB as advised: chunked 0.40 s; other sizes: chunk-1m 0.50 s");
  EXPECT_EQ(compare_pieces(demo, {rerun("chunked", 0.4)}, 131072, "whole"), "") << "no other size";
  EXPECT_EQ(compare_pieces(demo, {rerun("chunk-1m", 0.5), rerun("chunked", 0.4)}, 0, "whole"), "");
}

}  // namespace
}  // namespace bottleneck
