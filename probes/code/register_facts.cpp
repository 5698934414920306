#include "probes/code/register_facts.h"

#include <array>

namespace bottleneck {
namespace {

RegisterFacts register_facts(ZydisRegister raw) {
  const ZydisRegisterClass kind = ZydisRegisterGetClass(raw);
  const auto numbered = [raw](int first) {
    return static_cast<Register>(first + ZydisRegisterGetId(raw));
  };
  switch (kind) {
    case ZYDIS_REGCLASS_GPR8:
    case ZYDIS_REGCLASS_GPR16:
    case ZYDIS_REGCLASS_GPR32:
    case ZYDIS_REGCLASS_GPR64: {
      const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, raw);
      return {static_cast<Register>(ZydisRegisterGetId(whole)), kind, 0};
    }
    case ZYDIS_REGCLASS_XMM:
      return {numbered(first_vector), kind, 128};
    case ZYDIS_REGCLASS_YMM:
      return {numbered(first_vector), kind, 256};
    case ZYDIS_REGCLASS_ZMM:
      return {numbered(first_vector), kind, 512};
    case ZYDIS_REGCLASS_MASK:
      return {numbered(first_mask), kind, 0};
    case ZYDIS_REGCLASS_MMX:
      return {x87_stack, kind, 64};
    case ZYDIS_REGCLASS_X87:
      return {x87_stack, kind, 0};
    default:
      return {};
  }
}

}  // namespace

const RegisterFacts& facts_of_register(ZydisRegister raw) {
  using Table = std::array<RegisterFacts, ZYDIS_REGISTER_MAX_VALUE + 1>;
  static const Table table = [] {
    Table made;
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = register_facts(static_cast<ZydisRegister>(i));
    return made;
  }();
  return table[raw];
}

bool is_general(ZydisRegisterClass kind) {
  return kind >= ZYDIS_REGCLASS_GPR8 && kind <= ZYDIS_REGCLASS_GPR64;
}

}  // namespace bottleneck
