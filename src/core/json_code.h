// Hot code as rows of a saved profile, each described once as in json_fields.h: an instruction, a
// memory operand of one, a sample. Registers are written as differences from the sample before, for
// addresses have 14 digits and steps have few. It does not say which values make sense:
// json_check.h does.
#pragma once

#include "src/core/json_fields.h"

namespace bottleneck {

/// A memory operand and the instruction of the body that has it.
struct MemoryRow {
  int instruction = 0;
  MemoryOperand operand;
};

/// A sample; registers less those of the row before.
struct SampleRow {
  RegisterSample sample;
  std::array<std::int64_t, general_registers> steps{};
};

std::vector<MemoryRow> memory_rows(const std::vector<Instruction>&);
/// Rows that name an instruction which is not there are left out: check_profile cannot see them.
void attach_memory(const std::vector<MemoryRow>&, std::vector<Instruction>&);
std::vector<SampleRow> sample_rows(const std::vector<RegisterSample>&);
std::vector<RegisterSample> samples_of(const std::vector<SampleRow>&);

void describe(auto& codec, Like<HotCode> auto& code) {
  codec("module", code.module);
  codec("function", code.function);
  codec("file", code.file);
  codec("line", code.line);
  codec("loop", code.loop);
  codec("parent", code.parent);
  codec("depth", code.depth);
}

void describe_operand(auto& codec, const std::array<const char*, 4>& keys, auto& operand) {
  codec.word(keys[0], operand.kind);
  codec(keys[1], operand.name);
  codec(keys[2], operand.bits);
  codec(keys[3], operand.immediate);
}

void describe(auto& codec, Like<Instruction> auto& one) {
  codec("address", one.address);
  codec("length", one.length);
  codec("text", one.text);
  codec.word("operation", one.operation);
  describe_operand(codec, {"to", "to_name", "to_bits", "to_immediate"}, one.destination);
  describe_operand(codec, {"first", "first_name", "first_bits", "first_immediate"}, one.first);
  describe_operand(codec, {"second", "second_name", "second_bits", "second_immediate"}, one.second);
  codec("reads", one.reads);
  codec("writes", one.writes);
  codec("breaks_dependency", one.breaks_dependency);
  codec.word("arithmetic", one.arithmetic);
  codec("vector_bits", one.vector_bits);
  codec("element_bits", one.element_bits);
  codec("flops", one.flops);
  codec("latency", one.latency);
  codec("divides", one.divides);
  codec("calls", one.calls);
  codec("returns", one.returns);
  codec("jumps", one.jumps);
  codec("branches", one.branches);
  codec("target", one.target);
  codec("prefetches", one.prefetches);
  codec("non_temporal", one.non_temporal);
  codec("repeats", one.repeats);
  codec("atomic", one.atomic);
  codec("serializes", one.serializes);
}

void describe(auto& codec, Like<OuterStep> auto& one) {
  codec("name", one.name);
  codec("step", one.step);
}

void describe(auto& codec, Like<MemoryRow> auto& row) {
  codec("instruction", row.instruction);
  codec("base", row.operand.base);
  codec("index", row.operand.index);
  codec("scale", row.operand.scale);
  codec("load", row.operand.load);
  codec("store", row.operand.store);
  codec("gathers", row.operand.gathers);
  codec("thread_local", row.operand.thread_local_);
  codec("bytes", row.operand.bytes);
  codec("displacement", row.operand.displacement);
}

inline constexpr std::array<const char*, general_registers> register_keys = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

void describe(auto& codec, Like<SampleRow> auto& row) {
  codec.time("time", row.sample.time_s);
  codec("thread", row.sample.thread);
  codec("stretch", row.sample.stretch);
  codec("at", row.sample.at);
  for (std::size_t i = 0; i < register_keys.size(); ++i) codec(register_keys[i], row.steps[i]);
}

}  // namespace bottleneck
