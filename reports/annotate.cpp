// `--annotate`: the hot loops, line by line and instruction by instruction, with where the samples
// lie and how each memory operand moves.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/explain.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "reports/visible.h"
#include "src/core/words.h"

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

void add_source_line(Screen& screen, const HotCode& code, int line, const SourceLines& sources) {
  const auto text = sources.find({code.file, line});
  const std::string words = text == sources.end() ? "" : make_visible(text->second);
  screen.add({{fmt::format("  {:>6} | ", line), Hue::faint},
              {words.empty() ? name_file(code.file) : words, Hue::bold}});
}

std::string name_nest(const HotCode& code) {
  if (!code.loop) return "  no loop";
  if (code.depth == 0) return "  a loop";
  return fmt::format("  a loop inside {} other{}", code.depth, code.depth == 1 ? "" : "s");
}

void add_body(Screen& screen, const HotCode& code, const LoopEvidence& evidence,
              const SourceLines& sources) {
  double all = 0;
  for (const int hits : code.hits) all += hits;
  const auto notes = operand_notes(code, evidence);
  const auto shown = choose_shown(code.hits);
  int line = 0;
  bool gap = false;
  for (std::size_t i = 0; i < code.body.size(); ++i) {
    if (!shown[i]) {
      if (!gap) screen.add({{"             ...", Hue::faint}});
      gap = true;
      continue;
    }
    gap = false;
    if (code.lines[i] > 0 && code.lines[i] != line) {
      line = code.lines[i];
      add_source_line(screen, code, line, sources);
    }
    const Instruction& one = code.body[i];
    const std::string share =
        code.hits[i] > 0 ? format_percent(code.hits[i] / std::max(1.0, all)) : "";
    constexpr int text_columns = 56;
    screen.add({{fmt::format("  {:>7} {:>10x}  ", share, one.address), Hue::plain},
                {pad_to(make_visible(one.text), text_columns)},
                {notes[i], Hue::faint}});
  }
}

}  // namespace

void add_annotation(Screen& screen, const Report& report, const SourceLines& sources) {
  std::size_t count = 0;
  screen.add_blank();
  screen.add({{"Hot loops, instruction by instruction", Hue::bold}});
  screen.add({{"  samples lie on the instruction after the one that held the CPU up", Hue::faint}});
  for (const HotLoop& loop : report.hot_loops) {
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop.code));
    if (loop.share < least_share || code.function.empty() || count == most_loops) continue;
    ++count;
    screen.add_blank();
    screen.add(
        {{fmt::format("{} of user time  {}  {}{}", format_percent(loop.share),
                      make_visible(name_function(code.function)),
                      make_visible(name_place({"", "", code.file, code.line, 0})), name_nest(code)),
          Hue::bold}});
    screen.add_wrapped({"  "},
                       fmt::format("{}: {}", name_class(loop.kind, loop.detail), loop.because), 3);
    add_body(screen, code, loop.evidence, sources);
  }
  if (count == 0) screen.add({{"  none: no piece of code has enough samples", Hue::plain}});
}

}  // namespace bottleneck
