#include "probes/sched/instruction_bytes.h"

#include <gtest/gtest.h>

namespace bottleneck::sched {
namespace {

TEST(InstructionBytes, know_pause_and_syscall_only_at_the_end) {
  EXPECT_TRUE(ends_with_pause({0x90, 0xf3, 0x90}));
  EXPECT_FALSE(ends_with_pause({0xf3, 0x90, 0x90}));
  EXPECT_TRUE(ends_with_syscall({0xb8, 0xca, 0, 0, 0, 0x0f, 0x05}));
  EXPECT_FALSE(ends_with_syscall({0x05}));
}

TEST(InstructionBytes, know_atomics_with_and_without_a_prefix) {
  EXPECT_TRUE(ends_with_atomic({0x90, 0xf0, 0x0f, 0xb1, 0x17})) << "lock cmpxchg %edx,(%rdi)";
  EXPECT_TRUE(ends_with_atomic({0xf0, 0x48, 0x0f, 0xc1, 0x02})) << "lock xadd %rax,(%rdx)";
  EXPECT_TRUE(ends_with_atomic({0xf0, 0x83, 0x07, 0x01})) << "lock addl $1,(%rdi)";
  EXPECT_TRUE(ends_with_atomic({0x90, 0x86, 0x02})) << "xchg %al,(%rdx)";
  EXPECT_FALSE(ends_with_atomic({0x90, 0x87, 0xc3})) << "xchg %eax,%ebx: registers only";
  EXPECT_FALSE(ends_with_atomic({0x48, 0x01, 0xd8})) << "add %rbx,%rax";
  EXPECT_FALSE(ends_with_atomic({}));
}

TEST(InstructionBytes, know_a_loop_of_nothing_but_an_exchange) {
  const Bytes exchange = {0x89, 0xc8, 0x86, 0x02};  // mov %ecx,%eax; xchg %al,(%rdx)
  const Bytes again = {0x84, 0xc0, 0x75, 0xf8};     // test %al,%al; jne back
  const Bytes onward = {0x84, 0xc0, 0x75, 0x10};    // jne forward
  const Bytes far_back = {0x84, 0xc0, 0x75, 0x80};  // a loop with work in it
  EXPECT_TRUE(spins_on_exchange(exchange, again));
  EXPECT_FALSE(spins_on_exchange(exchange, onward));
  EXPECT_FALSE(spins_on_exchange(exchange, far_back));
  EXPECT_FALSE(spins_on_exchange({0xf0, 0x0f, 0xb1, 0x17}, again)) << "retries are work";
}

}  // namespace
}  // namespace bottleneck::sched
