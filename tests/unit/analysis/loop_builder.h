// Hot code by hand: one function per kind of instruction, and a loop made of them. For the tests of
// loop evidence; what the decoder would say of the same code is its own test's matter.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "src/core/hot_code.h"
#include "tests/unit/analysis/instruction_builder.h"

namespace bottleneck::testing {

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
  code.function = "f";
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
