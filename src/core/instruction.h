// A machine instruction as plain values: enough to follow addresses through registers, to find
// dependence chains and to count work, without a disassembler. Made by probes/code, read by
// src/analysis; a HotCode (hot_code.h) is a sequence of them. x86-64 only. It says what an
// instruction does, never how long it took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bottleneck {

/// Registers: 0..15 general in encoding order (rax rcx rdx rbx rsp rbp rsi rdi r8..r15), 16..47
/// vector 0..31 (xmm, ymm and zmm of a number are one), 48..55 mask k0..k7. A set of registers is a
/// word with these bits. Flags and rip are in no set; x87 registers are one: 56.
using Register = std::int8_t;
inline constexpr Register no_register = -1;
inline constexpr Register first_vector = 16;
inline constexpr Register first_mask = 48;
inline constexpr Register x87_stack = 56;
inline constexpr int general_registers = 16;
inline constexpr Register stack_pointer = 4;
inline constexpr Register frame_pointer = 5;
using RegisterSet = std::uint64_t;
inline constexpr RegisterSet bit_of(Register name) {
  return name < 0 ? 0 : RegisterSet{1} << static_cast<unsigned>(name);
}

/// Where an array of registers has it. Needs: a register, not `no_register`.
inline constexpr std::size_t slot_of(Register name) { return static_cast<unsigned char>(name); }

/// What the emulation of integer code follows; all else is `other`, and what it writes is unknown.
enum class Operation : std::uint8_t {
  other,
  move,       ///< destination = first, cut or extended with zeros
  move_sign,  ///< destination = first, its sign extended
  address,    ///< destination = address of `memory` (lea)
  add,        ///< destination = first + second, and so on
  subtract,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  shift_signed,
  multiply,
  increment,
  decrement,
  negate,
  complement,
};

struct Operand {
  enum class Kind : std::uint8_t { none, reg, immediate, memory };
  Kind kind = Kind::none;
  Register name = no_register;
  std::uint8_t bits = 64;  ///< of the value that is read
  std::int64_t immediate = 0;
};

struct MemoryOperand {
  Register base = no_register;
  Register index = no_register;  ///< a vector register where `gathers`
  std::uint8_t scale = 1;
  bool load = false;
  bool store = false;
  bool gathers = false;           ///< one address per element
  bool thread_local_ = false;     ///< through fs or gs: the address is not known
  std::uint16_t bytes = 0;        ///< that one execution moves; of a rep instruction: one round
  std::int64_t displacement = 0;  ///< rip-relative operands: the virtual address, base is none
};

/// What it works on.
enum class Arithmetic : std::uint8_t { none, integer, scalar_float, packed_float, packed_integer };

struct Instruction {
  std::uint64_t address = 0;  ///< virtual, as in the file
  std::uint8_t length = 0;
  std::string text;  ///< Intel syntax, one line
  Operation operation = Operation::other;
  Operand destination;  ///< of `operation`: a register, or none
  Operand first, second;
  RegisterSet reads = 0;              ///< address registers included
  RegisterSet writes = 0;             ///< hidden operands included
  bool breaks_dependency = false;     ///< xor same, same and the like: reads nothing
  std::vector<MemoryOperand> memory;  ///< explicit ones, and those of string instructions
  Arithmetic arithmetic = Arithmetic::none;
  std::uint16_t vector_bits = 0;  ///< width of the widest vector register, 0 none
  std::uint8_t element_bits = 0;  ///< of floating-point elements
  std::uint8_t flops = 0;         ///< floating-point operations: lanes, twice for fused
  std::uint8_t latency = 1;       ///< cycles from operands to result, loads from L1 not included
  bool divides = false;           ///< div, idiv, divsd, sqrt...
  bool calls = false;
  bool returns = false;      ///< ret, and jumps through a register or memory
  bool jumps = false;        ///< unconditional
  bool branches = false;     ///< conditional
  std::uint64_t target = 0;  ///< of a direct jump, branch or call; 0 none
  bool prefetches = false;
  bool non_temporal = false;
  bool repeats = false;     ///< rep string instruction: a loop of its own
  bool atomic = false;      ///< lock prefix, or xchg with memory
  bool serializes = false;  ///< fences, cpuid, pause
};

}  // namespace bottleneck
