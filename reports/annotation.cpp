#include "reports/annotation.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/units.h"

namespace bottleneck {
namespace {

/// Loops below this share of the time in user code, and beyond so many, are left out.
constexpr double least_share = 0.02;
constexpr std::size_t most_loops = 8;
/// Instructions without a sample are shown so far from one with.
constexpr int near_samples = 4;

/// "stride 8000 B", "16 GB/s", "set of 8.0 MB": what is known of the operands of each instruction.
std::vector<std::string> operand_notes(const HotCode& code, const LoopEvidence& evidence) {
  std::vector<std::string> notes(code.body.size());
  const auto note = [&](int instruction, std::string text) {
    if (instruction < 0 || static_cast<std::size_t>(instruction) >= notes.size()) return;
    std::string& line = notes[static_cast<std::size_t>(instruction)];
    line += (line.empty() ? "" : ", ") + std::move(text);
  };
  for (const Stream& one : evidence.streams)
    for (const int instruction : one.instructions) {
      std::string text = one.stores ? "stream of stores" : "stream";
      if (one.stride != 0) text += fmt::format(", {:.0f} B a round", one.stride);
      note(instruction, fmt::format("{}, {}/s", text, format_bytes(one.bytes_per_s)));
    }
  for (const Irregular& one : evidence.irregular) {
    std::string text = one.stride != 0 ? fmt::format("stride {:.0f} B", one.stride) : "no order";
    note(one.instruction, text + ", over " + format_bytes(one.set_bytes));
  }
  return notes;
}

std::vector<bool> choose_shown(const std::vector<int>& hits) {
  std::vector<bool> shown(hits.size(), false);
  const int last = static_cast<int>(hits.size()) - 1;
  for (int i = 0; i <= last; ++i) {
    if (hits[static_cast<std::size_t>(i)] == 0) continue;
    for (int k = std::max(0, i - near_samples); k <= std::min(last, i + near_samples); ++k)
      shown[static_cast<std::size_t>(k)] = true;
  }
  return shown;
}

}  // namespace

std::vector<AnnotatedInstruction> annotate(const HotCode& code, const LoopEvidence& evidence) {
  double all = 0;
  for (const int hits : code.hits) all += hits;
  const auto notes = operand_notes(code, evidence);
  const auto shown = choose_shown(code.hits);
  std::vector<AnnotatedInstruction> rows;
  int line = 0;
  bool gap = false;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (!shown[i]) {
      gap = true;
      continue;
    }
    AnnotatedInstruction row{
        gap,     0, code.hits[i] / std::max(1.0, all), code.body[i].address, code.body[i].text,
        notes[i]};
    gap = false;
    if (code.lines[i] > 0 && code.lines[i] != line) row.new_line = line = code.lines[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<const HotLoop*> loops_to_annotate(const Report& report) {
  std::vector<const HotLoop*> loops;
  for (const HotLoop& loop : report.hot_loops) {
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop.code));
    if (loop.share < least_share || code.function.empty() || loops.size() == most_loops) continue;
    loops.push_back(&loop);
  }
  return loops;
}

std::string describe_nest(const HotCode& code) {
  if (!code.loop) return "no loop";
  if (code.depth == 0) return "a loop";
  return fmt::format("a loop inside {} other{}", code.depth, code.depth == 1 ? "" : "s");
}

}  // namespace bottleneck
