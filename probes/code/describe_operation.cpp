// The integer operations that emulation follows: where they read and write.
#include "probes/code/decode_instruction.h"
#include "probes/code/mnemonic_facts.h"
#include "probes/code/register_facts.h"

namespace bottleneck {
namespace {

/// Writes of 8 and 16 bits leave the rest of the register: nothing that addresses are made of.
constexpr int narrowest_write = 32;

bool is_high_byte(ZydisRegister name) {
  return name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH;
}

/// Kind none for what emulation cannot read: vectors, segments, the second byte of a register.
Operand describe_operand(const ZydisDecodedOperand& raw) {
  Operand operand;
  operand.bits = static_cast<std::uint8_t>(raw.size);
  if (raw.type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
    operand.kind = Operand::Kind::immediate;
    operand.immediate = raw.imm.value.s;
  } else if (raw.type == ZYDIS_OPERAND_TYPE_MEMORY) {
    operand.kind = Operand::Kind::memory;
  } else if (raw.type == ZYDIS_OPERAND_TYPE_REGISTER && !is_high_byte(raw.reg.value)) {
    const Register name = facts_of_register(raw.reg.value).name;
    if (name < 0 || name >= general_registers) return {};
    operand.kind = Operand::Kind::reg;
    operand.name = name;
  }
  return operand;
}

Operand general(Register name, std::uint8_t bits) {
  return {.kind = Operand::Kind::reg, .name = name, .bits = bits};
}

/// cdqe and cwde extend rax in itself; push moves the stack pointer by what it pushes.
bool describe_hidden_operation(const RawInstruction& raw, Instruction& to) {
  constexpr Register rax = 0;
  switch (raw.info.mnemonic) {
    case ZYDIS_MNEMONIC_CDQE:
    case ZYDIS_MNEMONIC_CWDE:
      to.operation = Operation::move_sign;
      to.destination = general(rax, raw.info.operand_width);
      to.first = general(rax, raw.info.operand_width / 2);
      return true;
    case ZYDIS_MNEMONIC_PUSH:
      to.operation = Operation::subtract;
      to.destination = to.first = general(stack_pointer, 64);
      to.second = {.kind = Operand::Kind::immediate, .immediate = raw.info.operand_width / 8};
      return true;
    default:
      return false;
  }
}

void read_operands(const RawInstruction& raw, Instruction& to) {
  const auto visible = raw.visible();
  if (visible.size() >= 3) {  // imul, shlx: destination, then both sources
    to.first = describe_operand(visible[1]);
    to.second = describe_operand(visible[2]);
  } else if (to.operation == Operation::move || to.operation == Operation::move_sign) {
    to.first = describe_operand(visible[1]);
  } else {
    to.first = to.destination;
    if (visible.size() == 2) to.second = describe_operand(visible[1]);
  }
}

bool is_shift(Operation operation) {
  return operation == Operation::shift_left || operation == Operation::shift_right ||
         operation == Operation::shift_signed;
}

void forget_operation(Instruction& to) {
  to.operation = Operation::other;
  to.destination = to.first = to.second = {};
}

bool is_known(const RawInstruction& raw, const Instruction& to) {
  if (to.destination.kind == Operand::Kind::none) return false;
  if (to.destination.kind == Operand::Kind::memory) return true;
  if (to.destination.bits < narrowest_write) return false;
  if (to.operation == Operation::address)  // 32-bit addresses wrap, and nobody uses them
    return raw.info.address_width == 64 && to.memory.size() == 1;
  return to.first.kind != Operand::Kind::none &&
         (raw.visible().size() < 2 || to.operation == Operation::move ||
          to.operation == Operation::move_sign || to.second.kind != Operand::Kind::none);
}

}  // namespace

void describe_operation(const RawInstruction& raw, Instruction& to) {
  if (describe_hidden_operation(raw, to)) return;
  to.operation = facts_of(raw.info.mnemonic).operation;
  if (to.operation == Operation::other) return;
  const auto visible = raw.visible();
  const bool one_operand = to.operation >= Operation::increment;
  if (visible.size() < (one_operand ? 1 : 2)) return forget_operation(to);  // imul rbx: rdx:rax
  to.destination = describe_operand(visible[0]);
  if (to.breaks_dependency) {  // xor and sub of a register with itself
    to.operation = Operation::move;
    to.first = {.kind = Operand::Kind::immediate, .bits = to.destination.bits};
    return;
  }
  if (to.operation != Operation::address) read_operands(raw, to);
  if (is_shift(to.operation) && to.second.kind == Operand::Kind::immediate)
    to.second.immediate &= raw.info.operand_width == 64 ? 63 : 31;  // as the CPU does
  if (!is_known(raw, to)) forget_operation(to);
}

}  // namespace bottleneck
