// By how much a loop's time can shrink, from evidence that is given literally.
#include <cmath>

#include <gtest/gtest.h>

#include "src/analysis/chains.h"
#include "src/analysis/loop_advice.h"
#include "tests/unit/analysis/loop_builder.h"

namespace bottleneck::testing {
namespace {

Measurement ceiling(const char* name, double value) {
  return {name, Quantity{value, value, value, Unit::count}, "test"};
}

/// One loop of doubles, two CPUs, a machine with AVX2.
struct Case {
  Profile profile;
  HotLoop loop;

  Case() {
    profile.machine.cpus_online = profile.machine.cpus_allowed = 2;
    profile.machine.l2_bytes = 1 << 20;
    profile.ceilings = {
        ceiling("compute.clock", 3e9),     ceiling("compute.flops_f32_avx2_1", 1e11),
        ceiling("kappa.compute_2", 2),     ceiling("memory.read_1", 20e9),
        ceiling("memory.read_2", 30e9),    ceiling("memory.read_l2_1", 100e9),
        ceiling("memory.read_l3_1", 40e9), ceiling("memory.parallelism", 12)};
    HotCode code;
    code.loop = true;
    code.body = {scalar_float(xmm0, xmm1)};
    profile.hot_code = {code};
    profile.locations.resize(1);
    loop.share = 1;
    loop.evidence.mix.instructions = 6;
    loop.evidence.mix.scalar_float_count = 1;
    loop.evidence.least_cycles = 6 / 4.5;
  }
  std::optional<LoopGain> gain(Shrink shrink) const { return gain_of(profile, loop, shrink); }
  void reads(double bytes_per_s, double spread, bool from_memory) {
    Stream stream;
    stream.bytes_per_s = stream.traffic = bytes_per_s;
    stream.spread = spread;
    stream.loads = true;
    loop.evidence.streams = {stream};
    loop.evidence.traffic = loop.evidence.read_only = from_memory ? bytes_per_s : 0;
  }
};

TEST(LoopGain, lanes_are_this_machines_over_the_elements_and_never_reached_wholly) {
  const auto gain = Case().gain(Shrink::lanes);
  ASSERT_TRUE(gain && gain->foreseen);
  EXPECT_NEAR(gain->factor, 4 * 0.6, 1e-9);
  EXPECT_NEAR(gain->most, 4, 1e-9);
}

TEST(LoopGain, lanes_give_no_more_than_memory_has_left) {
  Case one;
  one.reads(18e9, 1e9, true);
  const auto gain = one.gain(Shrink::lanes);
  ASSERT_TRUE(gain);
  EXPECT_NEAR(gain->most, 20.0 / 18, 1e-6);
}

TEST(LoopGain, lanes_are_nothing_for_calls_pointers_and_recurrences) {
  Case call, pointer, recurrence;
  call.loop.evidence.mix.calls = 1;
  pointer.loop.evidence.chain.through_load = true;
  recurrence.loop.evidence.chain = {8, false, true, true};
  EXPECT_FALSE(call.gain(Shrink::lanes));
  EXPECT_FALSE(pointer.gain(Shrink::lanes));
  EXPECT_FALSE(recurrence.gain(Shrink::lanes));
}

TEST(LoopGain, lanes_in_a_chain_are_foreseen_between_keeping_it_and_losing_it) {
  Case one;
  one.loop.evidence.chain = {4, false, true, false};
  const auto gain = one.gain(Shrink::lanes);
  ASSERT_TRUE(gain);
  const double most = 4 * 4 / (6 / 4.5);
  EXPECT_NEAR(gain->factor, std::sqrt(4 * most * 0.8), 1e-9) << "lanes alone, and what issues";
  EXPECT_NEAR(gain->most, most, 1e-9);
  EXPECT_LT(gain->factor * std::exp(-1.6449 * gain->spread), 4) << "both are inside";
  EXPECT_GT(gain->factor * std::exp(1.6449 * gain->spread), most * 0.8);
}

TEST(LoopGain, a_chain_breaks_into_what_its_instructions_need) {
  Case one;
  one.loop.evidence.chain = {8, false, true, false};
  const auto gain = one.gain(Shrink::issue);
  ASSERT_TRUE(gain);
  EXPECT_NEAR(gain->most, 8 / (6 / 4.5), 1e-9);
}

TEST(LoopGain, is_as_unsure_as_the_kappa_that_was_measured) {
  Case sure, unsure;
  for (Measurement& one : unsure.profile.ceilings)
    if (one.name == "kappa.compute_2") one.result = Quantity{1.6, 1.3, 1.9, Unit::ratio};
  const auto small = sure.gain(Shrink::spread), large = unsure.gain(Shrink::spread);
  ASSERT_TRUE(small && large);
  EXPECT_NEAR(large->factor, 1.6, 1e-9);
  EXPECT_NEAR(large->most, 1.9, 1e-9) << "as far as its interval goes";
  EXPECT_GT(large->spread, small->spread);
}

TEST(LoopGain, neither_threads_nor_partial_results_help_a_recurrence) {
  Case one;
  one.loop.evidence.chain = {8, false, true, true};
  EXPECT_FALSE(one.gain(Shrink::issue));
  EXPECT_FALSE(one.gain(Shrink::spread));
}

TEST(LoopGain, threads_share_what_memory_gives_to_all) {
  Case one;
  EXPECT_NEAR(one.gain(Shrink::spread)->factor, 2, 1e-9);
  one.reads(20e9, 1e9, true);
  EXPECT_NEAR(one.gain(Shrink::spread)->factor, 1.5, 1e-6);
}

TEST(LoopGain, reuse_needs_bytes_that_come_twice) {
  Case one;
  one.reads(10e9, 1e9, true);
  one.loop.evidence.stall_factor = 5;
  one.profile.timeline.code = {{0, 0, 0, 0.1, 100}};
  EXPECT_FALSE(one.gain(Shrink::reuse)) << "1 GB in 0.1 s: once";
  one.profile.timeline.code = {{0, 0, 0, 2, 2000}};
  const auto gain = one.gain(Shrink::reuse);
  ASSERT_TRUE(gain && gain->foreseen);
  EXPECT_NEAR(gain->most, 5, 1e-9);
}

TEST(LoopGain, an_ordered_walk_is_limited_by_its_instructions_or_by_bytes) {
  Case one;
  Irregular column;
  column.strided = true;
  column.stride = 8000;
  column.set_bytes = 8e6;
  one.loop.evidence.irregular = {column};
  one.loop.evidence.iterations_per_s = 3e8;
  const auto gain = one.gain(Shrink::order);
  ASSERT_TRUE(gain && gain->foreseen);
  EXPECT_NEAR(gain->factor, 3e9 / (6 / 4.5 / 0.8) / 3e8, 0.01);
  one.loop.evidence.iterations_per_s.reset();
  EXPECT_FALSE(one.gain(Shrink::order)->foreseen) << "no rate, no prediction: a bound";
}

TEST(LoopGain, chains_overlap_as_far_as_the_core_keeps_loads_under_way) {
  Case one;
  EXPECT_NEAR(one.gain(Shrink::chains)->factor, 8, 1e-9);
  one.profile.ceilings.back() = ceiling("memory.parallelism", 4);
  EXPECT_NEAR(one.gain(Shrink::chains)->factor, 4, 1e-9);
  one.profile.ceilings.pop_back();
  EXPECT_FALSE(one.gain(Shrink::chains)->foreseen);
}

TEST(LoopGain, larger_pages_help_only_sets_beyond_what_is_translated_at_hand) {
  Case one;
  Irregular random;
  random.set_bytes = 4e6;
  one.loop.evidence.irregular = {random};
  EXPECT_FALSE(one.gain(Shrink::larger_pages));
  one.loop.evidence.irregular[0].set_bytes = 256e6;
  EXPECT_TRUE(one.gain(Shrink::larger_pages));
}

TEST(LoopGain, larger_pages_give_what_this_machine_measured_for_them) {
  Case one;
  Irregular random;
  random.set_bytes = 256e6;
  one.loop.evidence.irregular = {random};
  one.profile.ceilings.push_back(ceiling("memory.huge_pages", 1.1));
  EXPECT_NEAR(one.gain(Shrink::larger_pages)->factor, 1.1, 1e-9);
  EXPECT_EQ(one.gain(Shrink::larger_pages)->once_s, 0);
  one.profile.ceilings.push_back(ceiling("fault.huge_fresh", 2e-3));
  one.profile.ceilings.push_back(ceiling("fault.small", 1e-6));
  EXPECT_NEAR(one.gain(Shrink::larger_pages)->once_s,
              256e6 / (2 << 20) * 2e-3 - 256e6 / 4096 * 1e-6, 1e-6);
}

/// x[i] = x[i - 1] * a + b[i]: the value goes round in xmm0 and each one is kept.
TEST(Chains, know_a_recurrence_by_the_store_of_each_value) {
  const HotCode scan =
      code_of({scalar_float(xmm0, xmm1), store_vector(memory(rdi, rax, 8, 0, 8), xmm0), add(rax, 1),
               compare(rax, rcx), branch(0)});
  EXPECT_TRUE(find_chain(scan, outline(scan)).stored);
  const HotCode sum =
      code_of({load_vector(xmm1, memory(rdi, rax, 8, 0, 8)), scalar_float(xmm0, xmm1), add(rax, 1),
               compare(rax, rcx), branch(0)});
  EXPECT_FALSE(find_chain(sum, outline(sum)).stored);
}

TEST(Chains, do_not_take_an_element_wise_update_for_a_recurrence) {
  const HotCode update = code_of(
      {load_vector(xmm0, memory(rdi, rax, 8, 0, 8)), scalar_float(xmm0, xmm1),
       store_vector(memory(rdi, rax, 8, 0, 8), xmm0), add(rax, 1), compare(rax, rcx), branch(0)});
  EXPECT_FALSE(find_chain(update, outline(update)).stored);
}

}  // namespace
}  // namespace bottleneck::testing
