// What a register of Zydis is in our numbers (core/instruction.h). Below decode_instruction.h, with
// mnemonic_facts.h; knows no instructions.
#pragma once

#include <cstdint>

#include <Zydis/Register.h>

#include "src/core/instruction.h"

namespace bottleneck {

struct RegisterFacts {
  Register name = no_register;  ///< of flags, rip, segments and the like: none
  ZydisRegisterClass kind = ZYDIS_REGCLASS_INVALID;
  std::uint16_t vector_bits = 0;  ///< 0: no vector register
};

/// Cheap: a table made at the first call.
const RegisterFacts& facts_of_register(ZydisRegister);

/// Of rax and the like, whichever part.
bool is_general(ZydisRegisterClass);

}  // namespace bottleneck
