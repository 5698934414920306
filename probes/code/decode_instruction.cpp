#include "probes/code/decode_instruction.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "probes/code/mnemonic_facts.h"
#include "probes/code/register_facts.h"

namespace bottleneck {
namespace {

bool reads(const ZydisDecodedOperand& one) {
  return (one.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
}
bool writes(const ZydisDecodedOperand& one) {
  return (one.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
}

/// What is not written keeps its value: bytes and words of general registers, the upper part of an
/// xmm register in the old encoding, the x87 stack (one register here), lanes without a mask bit.
bool keeps_a_part(const RawInstruction& raw, const ZydisDecodedOperand& one,
                  const RegisterFacts& facts) {
  if ((one.actions & ZYDIS_OPERAND_ACTION_CONDWRITE) != 0) return true;
  if (is_general(facts.kind)) return one.size < 32;
  if (facts.name == x87_stack) return facts.kind == ZYDIS_REGCLASS_X87;
  return facts.kind == ZYDIS_REGCLASS_XMM && one.size < 128 &&
         raw.info.encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
}

void add_register(const RawInstruction& raw, const ZydisDecodedOperand& one, Instruction& to) {
  // k0 in the place of the mask means that there is none.
  if (one.encoding == ZYDIS_OPERAND_ENCODING_MASK && one.reg.value == ZYDIS_REGISTER_K0) return;
  const RegisterFacts& facts = facts_of_register(one.reg.value);
  to.vector_bits = std::max(to.vector_bits, facts.vector_bits);
  if (reads(one)) to.reads |= bit_of(facts.name);
  if (!writes(one)) return;
  to.writes |= bit_of(facts.name);
  if (keeps_a_part(raw, one, facts)) to.reads |= bit_of(facts.name);
}

bool is_string(const RawInstruction& raw) {
  return raw.info.meta.category == ZYDIS_CATEGORY_STRINGOP;
}

bool is_nop(const RawInstruction& raw) {
  return raw.info.meta.category == ZYDIS_CATEGORY_NOP ||
         raw.info.meta.category == ZYDIS_CATEGORY_WIDENOP;
}

/// The stack accesses of push, call and the like are left out.
bool is_listed(const RawInstruction& raw, const ZydisDecodedOperand& one) {
  return one.visibility != ZYDIS_OPERAND_VISIBILITY_HIDDEN || is_string(raw) ||
         raw.info.mnemonic == ZYDIS_MNEMONIC_XLAT || raw.info.mnemonic == ZYDIS_MNEMONIC_MASKMOVQ ||
         raw.info.mnemonic == ZYDIS_MNEMONIC_MASKMOVDQU ||
         raw.info.mnemonic == ZYDIS_MNEMONIC_VMASKMOVDQU;
}

bool touches_no_data(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_CLFLUSH || mnemonic == ZYDIS_MNEMONIC_CLFLUSHOPT ||
         mnemonic == ZYDIS_MNEMONIC_CLWB || mnemonic == ZYDIS_MNEMONIC_CLDEMOTE;
}

/// Elements of a gather or scatter are as many as both the data and the index register hold.
std::uint16_t gathered_bytes(const RawInstruction& raw, const ZydisDecodedOperand& memory) {
  std::string_view name = ZydisMnemonicGetString(raw.info.mnemonic);
  const std::size_t letters = name.find("er") + 2;  // v(p)gather, scatter: then d or q: the index
  if (letters >= name.size() || memory.size == 0) return 0;
  const int index_bits = name[letters] == 'q' ? 64 : 32;
  int count = facts_of_register(memory.mem.index).vector_bits / index_bits;
  for (const ZydisDecodedOperand& one : raw.visible())
    if (one.type == ZYDIS_OPERAND_TYPE_REGISTER)
      if (const int bits = facts_of_register(one.reg.value).vector_bits; bits > 0)
        count = std::min(count, bits / memory.size);
  return static_cast<std::uint16_t>(count * memory.size / 8);
}

MemoryOperand describe_memory(const RawInstruction& raw, const ZydisDecodedOperand& one,
                              std::uint64_t address) {
  const auto& memory = one.mem;
  MemoryOperand operand;
  operand.base = facts_of_register(memory.base).name;
  operand.index = facts_of_register(memory.index).name;
  operand.scale = std::max<std::uint8_t>(memory.scale, 1);
  operand.displacement = memory.disp.has_displacement ? memory.disp.value : 0;
  if (memory.base == ZYDIS_REGISTER_RIP || memory.base == ZYDIS_REGISTER_EIP)
    operand.displacement = static_cast<std::int64_t>(
        address + raw.info.length + static_cast<std::uint64_t>(operand.displacement));
  operand.thread_local_ =
      memory.type != ZYDIS_MEMOP_TYPE_AGEN &&
      (memory.segment == ZYDIS_REGISTER_FS || memory.segment == ZYDIS_REGISTER_GS);
  operand.gathers = memory.type == ZYDIS_MEMOP_TYPE_VSIB;
  if (memory.type == ZYDIS_MEMOP_TYPE_AGEN || memory.type == ZYDIS_MEMOP_TYPE_MIB) return operand;
  operand.bytes =
      operand.gathers ? gathered_bytes(raw, one) : static_cast<std::uint16_t>(one.size / 8);
  if (facts_of(raw.info.mnemonic).prefetches || touches_no_data(raw.info.mnemonic)) return operand;
  operand.load = reads(one);
  operand.store = writes(one);
  return operand;
}

void add_memory(const RawInstruction& raw, const ZydisDecodedOperand& one, std::uint64_t address,
                Instruction& to) {
  const MemoryOperand operand = describe_memory(raw, one, address);
  const RegisterSet addressing = bit_of(operand.base) | bit_of(operand.index);
  to.reads |= addressing;
  if (is_string(raw)) to.writes |= addressing;  // Zydis does not say so of all of them
  if (operand.gathers)
    to.vector_bits = std::max(to.vector_bits, facts_of_register(one.mem.index).vector_bits);
  if (is_listed(raw, one)) to.memory.push_back(operand);
}

void add_operands(const RawInstruction& raw, std::uint64_t address, Instruction& to) {
  if (is_nop(raw)) return;
  for (const ZydisDecodedOperand& one : raw.all()) {
    if (one.type == ZYDIS_OPERAND_TYPE_REGISTER) add_register(raw, one, to);
    if (one.type == ZYDIS_OPERAND_TYPE_MEMORY) add_memory(raw, one, address, to);
  }
  if (is_string(raw) && to.memory.size() == 2 && to.memory[0].store)
    std::swap(to.memory[0], to.memory[1]);  // what is loaded stands first
}

/// What the System V calling convention lets a function change.
constexpr RegisterSet caller_saved() {
  RegisterSet set = 0;
  for (const int name : {0, 1, 2, 6, 7, 8, 9, 10, 11}) set |= bit_of(static_cast<Register>(name));
  for (Register name = first_vector; name <= x87_stack; ++name) set |= bit_of(name);
  return set;
}

void describe_control(const RawInstruction& raw, std::uint64_t address, Instruction& to) {
  const auto category = raw.info.meta.category;
  to.branches = category == ZYDIS_CATEGORY_COND_BR;
  to.calls = category == ZYDIS_CATEGORY_CALL;
  to.jumps = raw.info.mnemonic == ZYDIS_MNEMONIC_JMP;
  to.returns = category == ZYDIS_CATEGORY_RET;
  if (to.calls) to.writes = caller_saved();  // the stack pointer is back where it was
  if (!to.branches && !to.calls && !to.jumps) return;
  const ZydisDecodedOperand& where = raw.operands[0];
  if (where.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && where.imm.is_relative)
    to.target = address + raw.info.length + where.imm.value.u;
  else
    to.returns = to.returns || to.jumps;
}

/// Both sources are the same register, in a form that CPUs know to need neither.
bool ignores_sources(const RawInstruction& raw, const Instruction& to) {
  if (!facts_of(raw.info.mnemonic).ignores_same || !to.memory.empty()) return false;
  if (raw.info.avx.mask.mode > ZYDIS_MASK_MODE_DISABLED) return false;
  const auto visible = raw.visible();
  if (visible.size() < 2) return false;
  const ZydisDecodedOperand& last = visible.back();
  const ZydisDecodedOperand& other = visible[visible.size() - 2];
  if (last.type != ZYDIS_OPERAND_TYPE_REGISTER || other.type != ZYDIS_OPERAND_TYPE_REGISTER)
    return false;
  const RegisterFacts& to_facts = facts_of_register(visible[0].reg.value);
  if (is_general(to_facts.kind) && visible[0].size < 32) return false;
  return last.reg.value == other.reg.value && to_facts.kind != ZYDIS_REGCLASS_MASK;
}

void describe_hidden_effects(const RawInstruction& raw, Instruction& to) {
  constexpr Register rax = 0;
  switch (raw.info.mnemonic) {
    case ZYDIS_MNEMONIC_SYSCALL:
      to.writes |= bit_of(rax);
      break;
    case ZYDIS_MNEMONIC_XLAT:
      to.reads |= bit_of(rax);
      break;
    case ZYDIS_MNEMONIC_VZEROALL:
      for (int i = 0; i < 16; ++i) to.writes |= bit_of(static_cast<Register>(first_vector + i));
      break;
    default:
      break;
  }
}

void describe_work(const RawInstruction& raw, Instruction& to) {
  const MnemonicFacts& facts = facts_of(raw.info.mnemonic);
  to.divides = facts.divides;
  to.serializes = facts.serializes;
  to.prefetches = facts.prefetches;
  to.non_temporal = facts.non_temporal;
  if (to.breaks_dependency) return;
  to.arithmetic = facts.arithmetic;
  if (is_string(raw)) to.arithmetic = Arithmetic::none;  // cmpsd and movsd are names of both
  if (to.arithmetic != Arithmetic::scalar_float && to.arithmetic != Arithmetic::packed_float)
    return;
  to.element_bits = facts.element_bits;
  const bool packed = to.arithmetic == Arithmetic::packed_float && facts.element_bits != 0;
  to.flops =
      static_cast<std::uint8_t>(facts.flops * (packed ? to.vector_bits / facts.element_bits : 1));
}

}  // namespace

InstructionDecoder::InstructionDecoder() {
  ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

bool InstructionDecoder::decode(std::span<const std::uint8_t> bytes, RawInstruction& to) const {
  ZydisDecoderContext context;
  return ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder_, &context, bytes.data(), bytes.size(),
                                                    &to.info)) &&
         ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder_, &context, &to.info, to.operands,
                                                 to.info.operand_count));
}

Instruction describe(const RawInstruction& raw, std::uint64_t address) {
  constexpr auto repeated = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
  Instruction to;
  to.address = address;
  to.length = raw.info.length;
  add_operands(raw, address, to);
  to.breaks_dependency = ignores_sources(raw, to);
  if (to.breaks_dependency) to.reads = 0;
  describe_hidden_effects(raw, to);
  describe_control(raw, address, to);
  to.repeats = is_string(raw) && (raw.info.attributes & repeated) != 0;
  to.atomic = (raw.info.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0 ||
              (raw.info.mnemonic == ZYDIS_MNEMONIC_XCHG && !to.memory.empty());
  describe_work(raw, to);
  to.latency = latency_of(raw, to);
  describe_operation(raw, to);
  return to;
}

}  // namespace bottleneck
