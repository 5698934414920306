// Operands and the instructions with memory or floats in them, by hand: what loop_builder.h makes
// loops of. For the tests of loop evidence; it knows no loops.
#pragma once

#include <cstdint>

#include "src/core/instruction.h"

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

}  // namespace bottleneck::testing
