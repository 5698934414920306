// Dependence chains, counts and the order of instructions, of loops written by hand.
#include "src/analysis/chains.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/analysis/instruction_mix.h"
#include "tests/unit/analysis/loop_builder.h"

namespace bottleneck {
namespace {

using namespace testing;
using ::testing::ElementsAre;

Chain chain_of(const HotCode& code) { return find_chain(code, outline(code)); }
Mix mix_of(const HotCode& code) { return count_mix(code, outline(code)); }

TEST(Chains, of_a_dot_product_are_its_sum) {
  const Chain chain =
      chain_of(code_of({load_vector(xmm0, memory(rsi, rax, 8, 0, 8)), scalar_float(xmm0, xmm0 + 2),
                        scalar_float(xmm1, xmm0), add(rax, 1), compare(rax, rcx), branch(0)}));
  EXPECT_EQ(chain.cycles, 4);
  EXPECT_TRUE(chain.through_float);
  EXPECT_FALSE(chain.through_load);
}

TEST(Chains, go_through_the_address_of_a_load) {
  const Chain chain =
      chain_of(code_of({load(rax, memory(rax, no_register, 1, 8, 8)), add(rcx, -1), branch(0)}));
  EXPECT_EQ(chain.cycles, 5);
  EXPECT_TRUE(chain.through_load);
}

TEST(Chains, do_not_take_an_independent_load_for_a_chain) {
  const Chain chain =
      chain_of(code_of({load(rdx, memory(rsi, rax, 8, 0, 8)), load(rdx, memory(rdi, rdx, 8, 0, 8)),
                        add(rax, 1), branch(0)}));
  EXPECT_EQ(chain.cycles, 1);
  EXPECT_FALSE(chain.through_load);
}

TEST(Chains, come_back_after_several_iterations) {
  // t = a + b; a = b; b = t
  const Chain chain = chain_of(code_of({copy(rdx, rax), operate(Operation::add, rdx, in(rbx)),
                                        copy(rax, rbx), copy(rbx, rdx), branch(0)}));
  EXPECT_EQ(chain.cycles, 1);
  Instruction slow = operate(Operation::multiply, rdx, constant(3));
  slow.latency = 3;
  // a = b; b = 3 a: the multiplication each second round of the pair, 3 cycles in two rounds.
  const Chain pair =
      chain_of(code_of({copy(rdx, rax), slow, copy(rax, rbx), copy(rbx, rdx), branch(0)}));
  EXPECT_EQ(pair.cycles, 1.5);
}

TEST(Chains, go_through_places_on_the_stack) {
  Instruction bump = add(rax, 1);
  const MemoryOperand local = memory(rbp, no_register, 1, -8, 8);
  const Chain chain =
      chain_of(code_of({load(rax, local), bump, store(local, rax), compare(rax), branch(0)}));
  EXPECT_EQ(chain.cycles, 6);
  EXPECT_FALSE(chain.through_load);
}

TEST(Chains, end_where_a_register_is_cleared) {
  Instruction clear = operate(Operation::bit_xor, rax, in(rax));
  clear.breaks_dependency = true;
  clear.reads = 0;
  Instruction slow = operate(Operation::multiply, rax, in(rcx));
  slow.latency = 3;
  EXPECT_EQ(chain_of(code_of({clear, slow, branch(0)})).cycles, 0);
}

TEST(Chains, count_string_loads_by_their_step) {
  Instruction lods = loading({}, memory(rsi, no_register, 1, 0, 1));
  lods.writes = bit_of(rsi) | bit_of(rax);
  const Chain chain = chain_of(code_of({lods, add(rcx, -1), branch(0)}));
  EXPECT_EQ(chain.cycles, 1);
  EXPECT_FALSE(chain.through_load);
}

TEST(Mix, counts_an_iteration_without_what_never_runs) {
  HotCode code = code_of({load(rax, memory(rsi, no_register, 1, 0, 8)), compare(rax), branch(5),
                          call(), add(rax, 1), add(rsi, 8), branch(0)});
  EXPECT_EQ(mix_of(code).instructions, 7);
  code.hits = {10, 80, 10, 0, 0, 10, 0};
  const Mix mix = mix_of(code);
  EXPECT_EQ(mix.instructions, 5);
  EXPECT_EQ(mix.calls, 0);
  EXPECT_EQ(mix.loads, 1);
  EXPECT_EQ(mix.branches, 2);
  EXPECT_FALSE(outline(code).calls);
}

TEST(Mix, leaves_loops_inside_to_themselves) {
  const HotCode code = code_of({add(rsi, 8), load(rax, memory(rdi, rcx, 8, 0, 8)), add(rcx, 1),
                                compare(rcx), branch(1), compare(rsi), branch(0)});
  const LoopShape shape = outline(code);
  EXPECT_TRUE(shape.inner_loops);
  EXPECT_EQ(count_mix(code, shape).instructions, 3);
  EXPECT_THAT(shape.inner, ElementsAre(false, true, true, true, true, false, false));
  EXPECT_EQ(shape.before[1], 4);
  EXPECT_EQ(shape.before[0], 6);
}

TEST(Mix, blames_the_instruction_before_the_sampled_one) {
  Instruction divide = scalar_float(xmm0, xmm1, 14);
  divide.divides = true;
  HotCode code = code_of(
      {load_vector(xmm1, memory(rsi, no_register, 1, 0, 8)), divide, add(rsi, 8), branch(0)});
  code.hits = {0, 10, 80, 10};
  const Mix mix = mix_of(code);
  EXPECT_NEAR(mix.after_load, 0.1, 1e-9);
  EXPECT_NEAR(mix.divide, 0.9, 1e-9);
  EXPECT_NEAR(mix.scalar_float, 0.8, 1e-9);
  EXPECT_NEAR(mix.integer, 0.1, 1e-9);
  EXPECT_EQ(least_cycles(mix, {}), 4);
}

HotCode unoptimized() {
  const MemoryOperand i = memory(rbp, no_register, 1, -20, 4);
  const MemoryOperand base = memory(rbp, no_register, 1, -40, 8);
  Instruction bump;
  bump.operation = Operation::add;
  bump.destination.kind = bump.first.kind = Operand::Kind::memory;
  bump.second = constant(1);
  bump = storing(bump, i);
  bump.memory[0].load = true;
  return code_of({load(rax, i), address(rdx, memory(no_register, rax, 8, 0, 8)), load(rax, base),
                  operate(Operation::add, rax, in(rdx)),
                  load_vector(xmm0, memory(rax, no_register, 1, 0, 8)), bump, load(rax, i),
                  compare(rax), branch(0)});
}

TEST(Mix, knows_code_compiled_without_optimization) {
  EXPECT_TRUE(mix_of(unoptimized()).unoptimized);
  HotCode spills = unoptimized();
  for (int i = 0; i < 8; ++i) spills.body.push_back(scalar_float(xmm0, xmm1));
  EXPECT_FALSE(mix_of(code_of(spills.body)).unoptimized);
}

TEST(Mix, does_not_take_spilled_vectors_for_missing_optimization) {
  const MemoryOperand slot = memory(rsp, no_register, 1, 16, 16);
  const HotCode code = code_of({load_vector(xmm0, slot), scalar_float(xmm0, xmm1),
                                store_vector(slot, xmm0), add(rax, -1), branch(0)});
  EXPECT_FALSE(mix_of(code).unoptimized) << "its counter stays in a register";
}

TEST(Shape, keeps_scattered_pieces_apart) {
  Instruction end;
  end.returns = true;
  HotCode code = code_of({add(rax, 1), load(rcx, memory(rax, no_register, 1, 0, 8)), compare(rcx),
                          end, load(rdx, memory(rcx, no_register, 1, 0, 8)), branch(0), end},
                         false);
  std::swap(code.body[0].address, code.body[4].address);
  const LoopShape shape = outline(code);
  EXPECT_THAT(shape.before, ElementsAre(-1, 0, 1, 2, -1, 4, 5));
  EXPECT_THAT(shape.after, ElementsAre(1, 2, 3, -1, 5, 6, -1));
}

}  // namespace
}  // namespace bottleneck
