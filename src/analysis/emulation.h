// Follows integer code from the registers of a sample: a register file in which each register is
// known or not, one step of an Instruction, and the address of a memory operand. The streams and
// rates of loop_evidence.h rest on it. What was loaded from memory is unknown; flags are not kept,
// so it does not decide which way a branch goes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "src/core/instruction.h"

namespace bottleneck {

/// What a function may overwrite by the calling convention of Linux: rax rcx rdx rsi rdi r8..r11.
inline constexpr RegisterSet clobbered_by_calls = 0x0fc7;

class RegisterFile {
 public:
  explicit RegisterFile(const std::array<std::uint64_t, general_registers>& values)
      : values_(values) {}

  bool knows(Register name) const {
    return name >= 0 && name < general_registers && (unknown_ & bit_of(name)) == 0;
  }
  std::uint64_t value(Register name) const { return values_[slot_of(name)]; }
  void forget(RegisterSet names) { unknown_ |= names; }

  /// Executes it: what it writes becomes known where the inputs are, and unknown else.
  void run(const Instruction&);

  /// Of all but gathers and thread-local operands, and where the registers are known.
  std::optional<std::uint64_t> address(const MemoryOperand&) const;

 private:
  std::optional<std::uint64_t> read(const Operand&) const;
  std::optional<std::uint64_t> result(const Instruction&) const;

  std::array<std::uint64_t, general_registers> values_;
  RegisterSet unknown_ = 0;
};

/// The registers that the address depends on.
RegisterSet address_registers(const MemoryOperand&);

}  // namespace bottleneck
