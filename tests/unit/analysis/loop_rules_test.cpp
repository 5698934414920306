// Each row of the rules table that asks for a loop's evidence, by evidence made up.
#include "src/analysis/loop_rules.h"

#include <gtest/gtest.h>

namespace bottleneck {
namespace {

using enum Bottleneck;

/// Enough samples of a loop of a dozen instructions that computes in its registers.
LoopFacts a_loop() {
  LoopFacts facts;
  facts.loop = true;
  facts.ceiling = 10e9;
  facts.ceiling_measured = true;
  facts.evidence.samples = 1000;
  facts.evidence.mix.instructions = 12;
  facts.evidence.least_cycles = 3;
  return facts;
}

Kind kind_of(const LoopFacts& loop) {
  Facts facts;
  facts.activity = Activity::user;
  facts.loop = &loop;
  return classify(facts).kind;
}

TEST(LoopRules, say_nothing_of_few_samples_or_no_instructions) {
  LoopFacts few = a_loop();
  few.evidence.samples = few_loop_samples - 1;
  EXPECT_EQ(kind_of(few), (Kind{compute, Detail::unsplit}));
  LoopFacts unseen = a_loop();
  unseen.evidence.mix.instructions = 0;
  EXPECT_EQ(kind_of(unseen), (Kind{compute, Detail::unsplit}));
  EXPECT_EQ(sureness_of(few, {compute, Detail::unsplit}), Confidence::weak);
}

TEST(LoopRules, blame_bandwidth_when_streams_are_near_the_ceiling) {
  LoopFacts f = a_loop();
  f.evidence.streams = {{8e9, 8e9, 8, 1e9, false, false, false, 1, {}}};
  f.evidence.traffic = 8e9;
  EXPECT_EQ(kind_of(f), (Kind{memory_bandwidth, Detail::stream}));
  f.evidence.streams.front().stride = 256;  // an unrolled loop: all of each line
  EXPECT_EQ(kind_of(f), (Kind{memory_bandwidth, Detail::stream}));
  f.evidence.streams.front().coverage = 0.25;
  EXPECT_EQ(kind_of(f), (Kind{memory_bandwidth, Detail::partial_lines}));
  f.evidence.traffic = 1e9;
  EXPECT_EQ(kind_of(f).kind, compute);
}

TEST(LoopRules, blame_bandwidth_of_stalled_streams_below_the_ceiling) {
  LoopFacts f = a_loop();
  f.evidence.streams = {{3e9, 3e9, 8, 1e9, false, false, false, 1, {}}};
  f.evidence.traffic = 3e9;
  f.evidence.stall_factor = 3;
  EXPECT_EQ(kind_of(f), (Kind{memory_bandwidth, Detail::stream}));
  f.evidence.stall_factor = 1.1;
  EXPECT_EQ(kind_of(f).kind, compute);
}

TEST(LoopRules, blame_latency_of_chains_through_loads_over_large_sets) {
  LoopFacts f = a_loop();
  f.evidence.chain = {5, true, false};
  f.evidence.irregular = {{0, 100e6, 0, false}};
  f.evidence.stall_factor = 40;
  EXPECT_EQ(kind_of(f), (Kind{memory_latency, Detail::dependent}));
  f.evidence.irregular.front().set_bytes = 10e3;
  f.evidence.stall_factor = 1;
  EXPECT_EQ(kind_of(f).kind, compute) << "a chase in L1 is a chain of the core's";
}

TEST(LoopRules, tell_random_from_strided_latency) {
  LoopFacts f = a_loop();
  f.evidence.irregular = {{0, 100e6, 0, false}};
  f.evidence.stall_factor = 10;
  EXPECT_EQ(kind_of(f), (Kind{memory_latency, Detail::random}));
  f.evidence.irregular = {{0, 100e6, 8000, true}};
  EXPECT_EQ(kind_of(f), (Kind{memory_latency, Detail::strided}));
}

TEST(LoopRules, go_by_loads_where_no_stall_factor_is_known) {
  LoopFacts f = a_loop();
  f.evidence.mix.after_load = 0.9;
  f.evidence.after_load_spread = 100e6;
  EXPECT_EQ(kind_of(f), (Kind{memory_latency, Detail::random}));
  EXPECT_EQ(sureness_of(f, kind_of(f)), Confidence::fair);
  f.evidence.after_load_steady = true;
  EXPECT_EQ(kind_of(f), (Kind{memory_bandwidth, Detail::stream}));
  f.evidence.after_load_spread = 100e3;
  EXPECT_EQ(kind_of(f).kind, compute) << "from L2";
}

TEST(LoopRules, name_what_the_core_is_busy_with) {
  LoopFacts divides = a_loop();
  divides.evidence.mix.divide = 0.8;
  EXPECT_EQ(kind_of(divides), (Kind{compute, Detail::divide}));
  LoopFacts chained = a_loop();
  chained.evidence.chain = {12, false, true};
  chained.evidence.least_cycles = 12;
  EXPECT_EQ(kind_of(chained), (Kind{compute, Detail::chain}));
  LoopFacts packed = a_loop();
  packed.evidence.mix.packed_float = 0.6;
  packed.evidence.mix.packed_float_count = 4;
  EXPECT_EQ(kind_of(packed), (Kind{compute, Detail::vectorized}));
  LoopFacts scalar = a_loop();
  scalar.evidence.mix.scalar_float = 0.6;
  scalar.evidence.mix.scalar_float_count = 4;
  EXPECT_EQ(kind_of(scalar), (Kind{compute, Detail::scalar}));
  LoopFacts branchy = a_loop();
  branchy.evidence.mix.branches = 4;
  EXPECT_EQ(kind_of(branchy), (Kind{compute, Detail::branchy}));
  LoopFacts slow = a_loop();
  slow.evidence.mix.unoptimized = true;
  EXPECT_EQ(kind_of(slow), (Kind{compute, Detail::unoptimized}));
  LoopFacts interpreted = a_loop();
  interpreted.interpreted = true;
  EXPECT_EQ(kind_of(interpreted), (Kind{compute, Detail::interpreted}));
}

TEST(LoopRules, call_it_compute_only_with_evidence) {
  LoopFacts f = a_loop();
  f.evidence.mix.after_load = 0.9;
  f.evidence.irregular = {{0, 2e6, 0, false}};
  EXPECT_EQ(kind_of(f), (Kind{compute, Detail::unsplit})) << "neither in the caches nor far out";
}

}  // namespace
}  // namespace bottleneck
