#include <initializer_list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/code/machine_code.h"

namespace bottleneck {
namespace {

constexpr Register rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rsi = 6, rdi = 7, r11 = 11;
constexpr Register vector(int number) { return static_cast<Register>(first_vector + number); }
constexpr Register mask(int number) { return static_cast<Register>(first_mask + number); }

RegisterSet set(std::initializer_list<Register> names) {
  RegisterSet all = 0;
  for (const Register name : names) all |= bit_of(name);
  return all;
}

void expect_access(const Instruction& one, RegisterSet reads, RegisterSet writes) {
  EXPECT_EQ(one.reads, reads);
  EXPECT_EQ(one.writes, writes);
}

void expect_memory(const MemoryOperand& memory, bool load, bool store, int bytes) {
  EXPECT_EQ(memory.load, load);
  EXPECT_EQ(memory.store, store);
  EXPECT_EQ(memory.bytes, bytes);
}

void expect_register(const Operand& operand, Register name, int bits) {
  EXPECT_EQ(operand.kind, Operand::Kind::reg);
  EXPECT_EQ(operand.name, name);
  EXPECT_EQ(operand.bits, bits);
}

void expect_work(const Instruction& one, Arithmetic arithmetic, int vector_bits, int element_bits,
                 int flops, int latency) {
  EXPECT_EQ(one.arithmetic, arithmetic);
  EXPECT_EQ(one.vector_bits, vector_bits);
  EXPECT_EQ(one.element_bits, element_bits);
  EXPECT_EQ(one.flops, flops);
  EXPECT_EQ(one.latency, latency);
}

TEST(Decode, knows_hidden_operands) {
  expect_access(decoded_one("48f7f1"), set({rax, rcx, rdx}), set({rax, rdx}));  // div rcx
  expect_access(decoded_one("48f7e3"), set({rax, rbx}), set({rax, rdx}));       // mul rbx
  expect_access(decoded_one("0f05"), 0, set({rax, rcx, r11}));                  // syscall
  expect_access(decoded_one("f2ae"), set({rax, rcx, rdi}), set({rcx, rdi}));    // repne scasb
  expect_access(decoded_one("5b"), set({rsp}), set({rbx, rsp}));                // pop rbx
}

TEST(Decode, says_that_a_partial_write_reads) {
  expect_access(decoded_one("b003"), set({rax}), set({rax}));           // mov al, 3
  expect_access(decoded_one("0f95c0"), set({rax}), set({rax}));         // setne al
  expect_access(decoded_one("480f45c3"), set({rax, rbx}), set({rax}));  // cmovne rax, rbx
  expect_access(decoded_one("f2480f2ac0"), set({rax, vector(0)}), set({vector(0)}));  // cvtsi2sd
  expect_access(decoded_one("f20f51c1"), set({vector(0), vector(1)}), set({vector(0)}));
  expect_access(decoded_one("b8ffffffff"), 0, set({rax}));  // mov eax, -1 clears the upper half
  expect_access(decoded_one("f20f1007"), set({rdi}), set({vector(0)}));  // movsd xmm0, [rdi]
}

TEST(Decode, lets_a_call_change_what_the_convention_allows) {
  const Instruction call = decoded_one("e800010000");
  EXPECT_TRUE(call.calls);
  EXPECT_EQ(call.target, code_address + 0x105);
  for (const Register name : {rax, rcx, rdx, rsi, rdi, r11, vector(0), vector(31), mask(7)})
    EXPECT_TRUE(call.writes & bit_of(name)) << int{name};
  EXPECT_FALSE(call.writes & set({rbx, rsp, frame_pointer, 12, 15}));
  EXPECT_TRUE(call.memory.empty());
  const Instruction indirect = decoded_one("ff10");  // call [rax]
  EXPECT_EQ(indirect.target, 0u);
  ASSERT_EQ(indirect.memory.size(), 1u);
  expect_memory(indirect.memory[0], true, false, 8);
}

TEST(Decode, lists_no_stack_accesses_but_moves_the_stack_pointer) {
  const Instruction push = decoded_one("53");
  EXPECT_TRUE(push.memory.empty());
  EXPECT_EQ(push.operation, Operation::subtract);
  expect_register(push.destination, rsp, 64);
  EXPECT_EQ(push.second.immediate, 8);
  EXPECT_TRUE(decoded_one("5b").memory.empty());
  EXPECT_EQ(decoded_one("5b").operation, Operation::other);
  EXPECT_TRUE(decoded_one("c3").memory.empty());
  EXPECT_TRUE(decoded_one("c3").returns);
}

TEST(Decode, gives_addresses_as_they_are_made) {
  const Instruction lea = decoded_one("488d44cf10");  // lea rax, [rdi+rcx*8+16]
  EXPECT_EQ(lea.operation, Operation::address);
  ASSERT_EQ(lea.memory.size(), 1u);
  expect_memory(lea.memory[0], false, false, 0);
  EXPECT_EQ(lea.memory[0].base, rdi);
  EXPECT_EQ(lea.memory[0].index, rcx);
  EXPECT_EQ(lea.memory[0].scale, 8);
  EXPECT_EQ(lea.memory[0].displacement, 16);
  const Instruction rip = decoded_one("488b0500010000");  // mov rax, [rip+0x100]
  EXPECT_EQ(rip.memory.at(0).base, no_register);
  EXPECT_EQ(rip.memory.at(0).displacement, static_cast<std::int64_t>(code_address + 0x107));
  EXPECT_TRUE(decoded_one("64488b042528000000").memory.at(0).thread_local_);
  EXPECT_TRUE(decoded_one("660f1f0400").memory.empty());  // nop word [rax+rax]
  EXPECT_EQ(decoded_one("660f1f0400").reads, 0u);
  const Instruction prefetch = decoded_one("0f184f40");
  EXPECT_TRUE(prefetch.prefetches);
  expect_memory(prefetch.memory.at(0), false, false, 1);
}

TEST(Decode, gives_string_instructions_their_memory) {
  const Instruction copy = decoded_one("48a5");  // movsq
  ASSERT_EQ(copy.memory.size(), 2u);
  expect_memory(copy.memory[0], true, false, 8);
  EXPECT_EQ(copy.memory[0].base, rsi);
  expect_memory(copy.memory[1], false, true, 8);
  EXPECT_EQ(copy.memory[1].base, rdi);
  EXPECT_FALSE(copy.repeats);
  EXPECT_EQ(copy.arithmetic, Arithmetic::none);
  const Instruction fill = decoded_one("f3aa");  // rep stosb
  EXPECT_TRUE(fill.repeats);
  expect_memory(fill.memory.at(0), false, true, 1);
  expect_access(fill, set({rax, rcx, rdi}), set({rcx, rdi}));
  EXPECT_FALSE(decoded_one("f3c3").repeats);  // rep ret
}

TEST(Decode, counts_masked_and_gathered_bytes_in_full) {
  const Instruction load = decoded_one("62f1fdca100e");  // vmovupd zmm1{k2}{z}, [rsi]
  expect_memory(load.memory.at(0), true, false, 64);
  expect_access(load, set({rsi, mask(2)}), set({vector(1)}));
  const Instruction store = decoded_one("62f17c4a111f");  // vmovups [rdi]{k2}, zmm3
  expect_memory(store.memory.at(0), false, true, 64);
  const Instruction sum = decoded_one("62f1f54958c2");  // vaddpd zmm0{k1}, zmm1, zmm2: merges
  expect_access(sum, set({vector(0), vector(1), vector(2), mask(1)}), set({vector(0)}));
  expect_work(sum, Arithmetic::packed_float, 512, 64, 8, 4);
  const Instruction gather = decoded_one("62f2fd499204d0");  // vgatherdpd zmm0{k1}, [rax+ymm2*8]
  EXPECT_TRUE(gather.memory.at(0).gathers);
  EXPECT_EQ(gather.memory[0].index, vector(2));
  expect_memory(gather.memory[0], true, false, 64);
  expect_memory(decoded_one("c4e265930490").memory.at(0), true, false, 16);  // vgatherqps xmm
}

TEST(Decode, follows_integer_operations) {
  const Instruction times = decoded_one("6b0618");  // imul eax, [rsi], 24
  EXPECT_EQ(times.operation, Operation::multiply);
  expect_register(times.destination, rax, 32);
  EXPECT_EQ(times.first.kind, Operand::Kind::memory);
  EXPECT_EQ(times.second.immediate, 24);
  const Instruction shift = decoded_one("48c1ea03");  // shr rdx, 3
  EXPECT_EQ(shift.operation, Operation::shift_right);
  expect_register(shift.first, rdx, 64);
  EXPECT_EQ(shift.second.immediate, 3);
  const Instruction extend = decoded_one("4863ca");  // movsxd rcx, edx
  EXPECT_EQ(extend.operation, Operation::move_sign);
  expect_register(extend.destination, rcx, 64);
  expect_register(extend.first, rdx, 32);
  const Instruction cdqe = decoded_one("4898");
  EXPECT_EQ(cdqe.operation, Operation::move_sign);
  expect_register(cdqe.first, rax, 32);
  EXPECT_EQ(decoded_one("480500f0ffff").second.immediate, -0x1000);  // add rax, -0x1000
  EXPECT_EQ(decoded_one("48f7d2").operation, Operation::complement);
  EXPECT_EQ(decoded_one("48f7e3").operation, Operation::other);  // mul: two results
}

TEST(Decode, leaves_to_emulation_no_register_that_it_cannot_follow) {
  EXPECT_EQ(decoded_one("8345fc01").destination.kind, Operand::Kind::memory);  // add [rbp-4], 1
  EXPECT_EQ(decoded_one("b003").operation, Operation::other);                  // mov al, 3
  EXPECT_EQ(decoded_one("0fb6c4").operation, Operation::other);                // movzx eax, ah
  EXPECT_EQ(decoded_one("678d0437").operation, Operation::other);              // lea eax, [edi+esi]
}

TEST(Decode, says_what_an_instruction_works_on) {
  // vfmadd231ps ymm0, ymm1, [rsi+rax*4]; vfmadd231sd; mulsd xmm1, [rdi]; sqrtsd; fadd
  expect_work(decoded_one("c4e275b80486"), Arithmetic::packed_float, 256, 32, 16, 4);
  expect_work(decoded_one("c4e2f1b9c2"), Arithmetic::scalar_float, 128, 64, 2, 4);
  expect_work(decoded_one("f20f590f"), Arithmetic::scalar_float, 128, 64, 1, 4);
  expect_work(decoded_one("f20f51c1"), Arithmetic::scalar_float, 128, 64, 1, 18);
  expect_work(decoded_one("d8c1"), Arithmetic::scalar_float, 0, 80, 1, 3);
  // paddd, andpd, pshufd, movdqa, imul, div, mov
  expect_work(decoded_one("660ffec1"), Arithmetic::packed_integer, 128, 0, 0, 1);
  expect_work(decoded_one("660f54c1"), Arithmetic::packed_integer, 128, 0, 0, 1);
  expect_work(decoded_one("660f70c100"), Arithmetic::none, 128, 0, 0, 1);
  expect_work(decoded_one("660f6fc1"), Arithmetic::none, 128, 0, 0, 0);
  expect_work(decoded_one("6b0618"), Arithmetic::integer, 0, 0, 0, 3);
  expect_work(decoded_one("48f7f1"), Arithmetic::integer, 0, 0, 0, 18);
  expect_work(decoded_one("4889d8"), Arithmetic::none, 0, 0, 0, 0);
  EXPECT_TRUE(decoded_one("48f7f1").divides);
  EXPECT_TRUE(decoded_one("f20f51c1").divides);
  EXPECT_FALSE(decoded_one("f20f590f").divides);
}

TEST(Decode, sees_where_a_dependency_ends) {
  for (const char* hex : {"31c9", "4829c9", "660fefc9", "c5e9efca", "660f76c9"}) {
    const Instruction one = decoded_one(hex);
    EXPECT_TRUE(one.breaks_dependency) << hex;
    EXPECT_EQ(one.reads, 0u) << hex;
    EXPECT_EQ(one.arithmetic, Arithmetic::none) << hex;
  }
  const Instruction zero = decoded_one("31c9");  // emulation gets the value
  EXPECT_EQ(zero.operation, Operation::move);
  EXPECT_EQ(zero.first.kind, Operand::Kind::immediate);
  EXPECT_EQ(zero.first.immediate, 0);
  for (const char* hex : {"30c0", "c5f1efca", "31c8", "660ffec1"})  // xor al, al; others differ
    EXPECT_FALSE(decoded_one(hex).breaks_dependency) << hex;
}

TEST(Decode, tells_jumps_and_special_instructions_apart) {
  const Instruction table = decoded_one("ffe0");  // jmp rax
  EXPECT_TRUE(table.returns);
  EXPECT_TRUE(table.jumps);
  const Instruction loop = decoded_one("e2fe");  // loop .
  EXPECT_TRUE(loop.branches);
  EXPECT_FALSE(loop.jumps);
  EXPECT_EQ(loop.target, code_address);
  expect_access(loop, set({rcx}), set({rcx}));
  EXPECT_TRUE(decoded_one("f0480fc107").atomic);  // lock xadd
  EXPECT_TRUE(decoded_one("488707").atomic);      // xchg with memory
  EXPECT_FALSE(decoded_one("4893").atomic);       // xchg of registers
  EXPECT_TRUE(decoded_one("c5fd2b07").non_temporal);
  for (const char* hex : {"0faef0", "f390", "0f05", "0fa2"})  // mfence pause syscall cpuid
    EXPECT_TRUE(decoded_one(hex).serializes) << hex;
}

}  // namespace
}  // namespace bottleneck
