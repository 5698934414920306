#include "src/core/json_code.h"

namespace bottleneck {

std::vector<MemoryRow> memory_rows(const std::vector<Instruction>& body) {
  std::vector<MemoryRow> rows;
  for (std::size_t i = 0; i < body.size(); ++i)
    for (const MemoryOperand& operand : body[i].memory)
      rows.push_back({static_cast<int>(i), operand});
  return rows;
}

void attach_memory(const std::vector<MemoryRow>& rows, std::vector<Instruction>& body) {
  for (const MemoryRow& row : rows)
    if (row.instruction >= 0 && static_cast<std::size_t>(row.instruction) < body.size())
      body[static_cast<std::size_t>(row.instruction)].memory.push_back(row.operand);
}

std::vector<SampleRow> sample_rows(const std::vector<RegisterSample>& samples) {
  std::vector<SampleRow> rows;
  std::array<std::uint64_t, general_registers> before{};
  for (const RegisterSample& sample : samples) {
    SampleRow row{sample, {}};
    for (std::size_t i = 0; i < before.size(); ++i)  // modulo 2^64, both ways
      row.steps[i] = static_cast<std::int64_t>(sample.registers[i] - before[i]);
    before = sample.registers;
    rows.push_back(row);
  }
  return rows;
}

std::vector<RegisterSample> samples_of(const std::vector<SampleRow>& rows) {
  std::vector<RegisterSample> samples;
  std::array<std::uint64_t, general_registers> before{};
  for (const SampleRow& row : rows) {
    RegisterSample sample = row.sample;
    for (std::size_t i = 0; i < before.size(); ++i)
      sample.registers[i] = before[i] + static_cast<std::uint64_t>(row.steps[i]);
    before = sample.registers;
    samples.push_back(sample);
  }
  return samples;
}

}  // namespace bottleneck
