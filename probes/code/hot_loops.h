// Decodes the code of a function and finds its loops: bytes in, plain values out
// (core/instruction.h). Zydis stays behind this header. Trusts nothing: bytes that are no
// instruction are skipped one by one. It does not know samples or names.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "src/core/instruction.h"

namespace bottleneck {

/// A natural loop: a range of a function's instructions, from its head to the last one that jumps
/// back to the head. Code that lies in between but leaves the loop is in the range.
struct CodeLoop {
  int first = 0;    ///< index of the head
  int last = 0;     ///< index of the last instruction
  int parent = -1;  ///< index of the smallest loop around it; -1 none
  int depth = 0;    ///< loops around it
};

struct DecodedFunction {
  std::vector<Instruction> instructions;  ///< in the order of addresses, `text` left empty
  std::vector<CodeLoop> loops;            ///< outer ones before inner ones
};

/// Units: `address` is the virtual address of the first byte. Errors: none.
DecodedFunction decode_function(std::span<const std::uint8_t> bytes, std::uint64_t address);

/// The index of the innermost loop that holds that instruction; -1 none.
int innermost_loop(const DecodedFunction&, int instruction);

/// Writes `text` of all of them (formatting costs as much as decoding: only what is shown).
void write_texts(std::span<Instruction>, std::span<const std::uint8_t> bytes,
                 std::uint64_t address);

}  // namespace bottleneck
