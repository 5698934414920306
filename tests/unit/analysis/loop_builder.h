// Hot code by hand: one function per kind of instruction, and a loop made of them. For the tests of
// loop evidence; what the decoder would say of the same code is its own test's matter.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "src/core/hot_code.h"

namespace bottleneck::testing {

inline constexpr Register rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7,
                          r8 = 8, r9 = 9, r10 = 10;
inline constexpr Register xmm0 = first_vector, xmm1 = first_vector + 1;

inline Operand in(Register name, std::uint8_t bits = 64) {
  return {Operand::Kind::reg, name, bits, 0};
}
inline Operand constant(std::int64_t value) {
  return {Operand::Kind::immediate, no_register, 64, value};
}

inline MemoryOperand memory(Register base, Register index, int scale, std::int64_t displacement,
                            int bytes) {
  MemoryOperand one;
  one.base = base;
  one.index = index;
  one.scale = static_cast<std::uint8_t>(scale);
  one.displacement = displacement;
  one.bytes = static_cast<std::uint16_t>(bytes);
  return one;
}

inline RegisterSet registers_of(const MemoryOperand& one) {
  return bit_of(one.base) | bit_of(one.index);
}

inline Instruction loading(Instruction one, MemoryOperand from) {
  from.load = true;
  one.reads |= registers_of(from);
  one.memory.push_back(from);
  return one;
}

inline Instruction storing(Instruction one, MemoryOperand to) {
  to.store = true;
  one.reads |= registers_of(to);
  one.memory.push_back(to);
  return one;
}

/// mov to, [from] of a general register.
inline Instruction load(Register to, MemoryOperand from) {
  Instruction one;
  one.operation = Operation::move;
  one.destination = in(to, from.bytes == 8 ? 64 : 32);
  one.first.kind = Operand::Kind::memory;
  one.writes = bit_of(to);
  return loading(one, from);
}

/// mov [to], from of a general register.
inline Instruction store(MemoryOperand to, Register from) {
  Instruction one;
  one.operation = Operation::move;
  one.first = in(from);
  one.reads = bit_of(from);
  return storing(one, to);
}

/// movups vector, [from]
inline Instruction load_vector(Register to, MemoryOperand from) {
  Instruction one;
  one.writes = bit_of(to);
  one.vector_bits = 128;
  return loading(one, from);
}

inline Instruction store_vector(MemoryOperand to, Register from, bool non_temporal = false) {
  Instruction one;
  one.reads = bit_of(from);
  one.vector_bits = 128;
  one.non_temporal = non_temporal;
  return storing(one, to);
}

/// addsd, mulsd: to = to op from
inline Instruction scalar_float(Register to, Register from, int latency = 4) {
  Instruction one;
  one.reads = bit_of(to) | bit_of(from);
  one.writes = bit_of(to);
  one.arithmetic = Arithmetic::scalar_float;
  one.vector_bits = 128;
  one.element_bits = 64;
  one.flops = 1;
  one.latency = static_cast<std::uint8_t>(latency);
  return one;
}

inline Instruction operate(Operation operation, Register to, Operand second, int bits = 64) {
  Instruction one;
  one.operation = operation;
  one.destination = one.first = in(to, static_cast<std::uint8_t>(bits));
  one.second = second;
  one.arithmetic = Arithmetic::integer;
  one.reads = bit_of(to) | bit_of(second.name);
  one.writes = bit_of(to);
  return one;
}
inline Instruction add(Register to, std::int64_t value) {
  return operate(Operation::add, to, constant(value));
}

inline Instruction copy(Register to, Register from) {
  Instruction one;
  one.operation = Operation::move;
  one.destination = in(to);
  one.first = in(from);
  one.reads = bit_of(from);
  one.writes = bit_of(to);
  one.latency = 0;
  return one;
}

inline Instruction address(Register to, MemoryOperand of) {
  Instruction one;
  one.operation = Operation::address;
  one.destination = in(to);
  one.memory.push_back(of);
  one.reads = registers_of(of);
  one.writes = bit_of(to);
  return one;
}

inline Instruction compare(Register a, Register b = no_register) {
  Instruction one;
  one.reads = bit_of(a) | bit_of(b);
  one.arithmetic = Arithmetic::integer;
  return one;
}

inline constexpr std::uint64_t code_at = 0x1000;
inline constexpr std::uint64_t each_bytes = 4;

inline Instruction branch(int to) {
  Instruction one;
  one.branches = true;
  one.target = code_at + each_bytes * static_cast<std::uint64_t>(to);
  return one;
}

inline Instruction jump(int to) {
  Instruction one = branch(to);
  one.branches = false;
  one.jumps = true;
  return one;
}

inline Instruction call() {
  Instruction one;
  one.calls = true;
  return one;
}

/// Addresses are given in order, four bytes each, beginning at `code_at`.
inline HotCode code_of(std::vector<Instruction> body, bool loop = true) {
  HotCode code;
  code.loop = loop;
  std::uint64_t next = code_at;
  for (Instruction& one : body) {
    one.address = next;
    one.length = each_bytes;
    next += each_bytes;
  }
  code.body = std::move(body);
  code.hits.assign(code.body.size(), 0);
  return code;
}

}  // namespace bottleneck::testing
