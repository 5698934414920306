// Cycles from operands to result: what the name says (mnemonic_facts.h), mended by the operands.
#include <string_view>

#include "probes/code/decode_instruction.h"
#include "probes/code/mnemonic_facts.h"
#include "probes/code/register_facts.h"

namespace bottleneck {
namespace {

/// Cycles of a locked operation on a line that is in L1. Source: uops.info, 18 to 20.
constexpr std::uint8_t atomic_latency = 18;
constexpr std::uint8_t wide_division_latency = 18;  ///< of 64 bits, Ice Lake and later
constexpr std::uint8_t wide_lanes_latency = 3;      ///< pmovzx and the like across 128-bit lanes
constexpr std::uint8_t to_mask_latency = 3;         ///< vector comparison into a mask
constexpr std::uint8_t crossing_latency = 2;        ///< movd between general and vector

/// A copy is renamed away; from memory it costs the load alone.
std::uint8_t move_latency(const RawInstruction& raw, const Instruction& to, std::uint8_t usual) {
  if (raw.info.avx.mask.mode == ZYDIS_MASK_MODE_MERGING) return 1;
  if (raw.visible().size() < 2) return usual;
  const ZydisDecodedOperand& first = raw.operands[0];
  const bool general = first.type == ZYDIS_OPERAND_TYPE_REGISTER &&
                       is_general(facts_of_register(first.reg.value).kind);
  if (general && first.size < 32) return 1;
  if (!to.memory.empty()) return (to.reads & to.writes) != 0 ? usual : 0;  // movhps merges
  const ZydisDecodedOperand& last = raw.visible().back();
  const bool from_general = last.type == ZYDIS_OPERAND_TYPE_REGISTER &&
                            is_general(facts_of_register(last.reg.value).kind);
  return to.vector_bits != 0 && general != from_general ? crossing_latency : usual;
}

bool extends_elements(ZydisMnemonic mnemonic) {
  const std::string_view name = ZydisMnemonicGetString(mnemonic);
  return name.starts_with("vpmovzx") || name.starts_with("vpmovsx");
}

}  // namespace

std::uint8_t latency_of(const RawInstruction& raw, const Instruction& to) {
  const MnemonicFacts& facts = facts_of(raw.info.mnemonic);
  if (to.breaks_dependency) return 0;
  if (to.atomic) return atomic_latency;
  if (facts.moves) return move_latency(raw, to, facts.latency);
  const auto category = raw.info.meta.category;
  if (category == ZYDIS_CATEGORY_BROADCAST && !to.memory.empty()) return 0;
  if (facts.divides && facts.arithmetic == Arithmetic::integer && raw.info.operand_width == 64)
    return wide_division_latency;
  if (facts.divides && to.vector_bits == 512) return static_cast<std::uint8_t>(facts.latency + 8);
  if (to.vector_bits > 128 && extends_elements(raw.info.mnemonic)) return wide_lanes_latency;
  if (raw.info.operand_count_visible > 1 && raw.operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
      facts_of_register(raw.operands[0].reg.value).kind == ZYDIS_REGCLASS_MASK &&
      to.vector_bits != 0)
    return to_mask_latency;
  return facts.latency;
}

}  // namespace bottleneck
