// What is known of an instruction by its name alone: what it works on, how long its result takes,
// what kind of integer operation it is. One row per mnemonic, made from a table of name patterns
// (names of x86 are regular). Step one of decode_instruction.h; knows no operands.
#pragma once

#include <cstdint>

#include <Zydis/Mnemonic.h>

#include "src/core/instruction.h"

namespace bottleneck {

struct MnemonicFacts {
  Operation operation = Operation::other;
  Arithmetic arithmetic = Arithmetic::none;
  std::uint8_t latency = 1;       ///< as Instruction::latency, of the usual form
  std::uint8_t flops = 0;         ///< per lane
  std::uint8_t element_bits = 0;  ///< of floating-point elements
  bool divides = false;
  bool serializes = false;
  bool moves = false;         ///< copies, and changes nothing but the width
  bool ignores_same = false;  ///< of the same register twice the result is a constant
  bool non_temporal = false;
  bool prefetches = false;
};

/// Cheap: a table made at the first call.
const MnemonicFacts& facts_of(ZydisMnemonic);

}  // namespace bottleneck
