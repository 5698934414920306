#include "src/analysis/emulation.h"

namespace bottleneck {
namespace {

std::uint64_t cut(std::uint64_t value, unsigned bits) {
  return bits >= 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
}

std::uint64_t extend_sign(std::uint64_t value, unsigned bits) {
  if (bits == 0 || bits >= 64) return value;
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  return (cut(value, bits) ^ sign) - sign;
}

/// Shifts count modulo 64 for 64-bit operands and modulo 32 for all others.
unsigned shift_count(std::uint64_t count, unsigned bits) {
  return static_cast<unsigned>(count & (bits == 64 ? 63 : 31));
}

std::uint64_t shift_signed(std::uint64_t value, std::uint64_t count, unsigned bits) {
  const auto extended = static_cast<std::int64_t>(extend_sign(value, bits));
  return static_cast<std::uint64_t>(extended >> shift_count(count, bits));
}

std::uint64_t combine(Operation operation, std::uint64_t a, std::uint64_t b, unsigned bits) {
  switch (operation) {
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::bit_and:
      return a & b;
    case Operation::bit_or:
      return a | b;
    case Operation::bit_xor:
      return a ^ b;
    case Operation::shift_left:
      return a << shift_count(b, bits);
    case Operation::shift_right:
      return cut(a, bits) >> shift_count(b, bits);
    case Operation::shift_signed:
      return shift_signed(a, b, bits);
    case Operation::multiply:
      return a * b;
    default:
      return 0;
  }
}

}  // namespace

RegisterSet address_registers(const MemoryOperand& memory) {
  return bit_of(memory.base) | bit_of(memory.index);
}

std::optional<std::uint64_t> RegisterFile::address(const MemoryOperand& memory) const {
  if (memory.gathers || memory.thread_local_) return std::nullopt;
  auto sum = static_cast<std::uint64_t>(memory.displacement);
  if (memory.base != no_register) {
    if (!knows(memory.base)) return std::nullopt;
    sum += value(memory.base);
  }
  if (memory.index != no_register) {
    if (!knows(memory.index)) return std::nullopt;
    sum += value(memory.index) * memory.scale;
  }
  return sum;
}

std::optional<std::uint64_t> RegisterFile::read(const Operand& operand) const {
  if (operand.kind == Operand::Kind::immediate) {
    return static_cast<std::uint64_t>(operand.immediate);
  }
  if (operand.kind != Operand::Kind::reg || !knows(operand.name)) return std::nullopt;
  return cut(value(operand.name), operand.bits);
}

std::optional<std::uint64_t> RegisterFile::result(const Instruction& one) const {
  // An address relative to rip is known as it is in the file, not where the file was loaded.
  if (one.operation == Operation::address) {
    const bool fixed = one.memory.empty() || address_registers(one.memory[0]) == 0;
    return fixed ? std::nullopt : address(one.memory[0]);
  }
  if (one.breaks_dependency && one.operation == Operation::bit_xor) return 0;
  if (one.breaks_dependency && one.operation == Operation::subtract) return 0;
  const auto a = read(one.first);
  if (!a) return std::nullopt;
  switch (one.operation) {
    case Operation::move:
      return a;
    case Operation::move_sign:
      return extend_sign(*a, one.first.bits);
    case Operation::increment:
      return *a + 1;
    case Operation::decrement:
      return *a - 1;
    case Operation::negate:
      return 0 - *a;
    case Operation::complement:
      return ~*a;
    default:
      break;
  }
  const auto b = read(one.second);
  if (!b) return std::nullopt;
  return combine(one.operation, *a, *b, one.destination.bits);
}

void RegisterFile::run(const Instruction& one) {
  const Register to =
      one.destination.kind == Operand::Kind::reg ? one.destination.name : no_register;
  // Shorter than 32 bits a write keeps the rest of the register: rare in addresses, not followed.
  const bool followed = one.operation != Operation::other && to >= 0 && to < general_registers &&
                        one.destination.bits >= 32;
  const auto written = followed ? result(one) : std::nullopt;
  forget(one.writes);
  if (one.calls) forget(clobbered_by_calls);
  if (!written) return;
  values_[slot_of(to)] = cut(*written, one.destination.bits);
  unknown_ &= ~bit_of(to);
}

}  // namespace bottleneck
