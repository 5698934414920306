// One instruction of x86-64, from what Zydis says of it to the plain value that all else works on
// (core/instruction.h). Between mnemonic_facts.h, which knows names, and hot_loops.h, which knows
// sequences. It mends what Zydis leaves out of string instructions, calls and system calls.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <Zydis/Zydis.h>

#include "src/core/instruction.h"

namespace bottleneck {

/// As Zydis gives it: the instruction and its operands, hidden ones included.
struct RawInstruction {
  ZydisDecodedInstruction info;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

  std::span<const ZydisDecodedOperand> all() const { return {operands, info.operand_count}; }
  std::span<const ZydisDecodedOperand> visible() const {
    return {operands, info.operand_count_visible};
  }
};

class InstructionDecoder {
 public:
  InstructionDecoder();
  /// False where the bytes do not begin with a whole instruction.
  bool decode(std::span<const std::uint8_t> bytes, RawInstruction& to) const;

 private:
  ZydisDecoder decoder_;
};

/// All but `text`. Units: `address` of the instruction, virtual.
Instruction describe(const RawInstruction&, std::uint64_t address);

/// Needs: all but the operation.
std::uint8_t latency_of(const RawInstruction&, const Instruction&);

/// Writes operation, destination, first and second. Needs: `memory` and `breaks_dependency`.
void describe_operation(const RawInstruction&, Instruction& to);

}  // namespace bottleneck
