// `--annotate`: the hot loops, line by line and instruction by instruction, with where the samples
// lie and how each memory operand moves.
#include <fmt/format.h>

#include "reports/annotation.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "reports/visible.h"

namespace bottleneck {
namespace {

void add_source_line(Screen& screen, const HotCode& code, int line, const SourceLines& sources) {
  const auto text = sources.find({code.file, line});
  const std::string words = text == sources.end() ? "" : make_visible(text->second);
  screen.add({{fmt::format("  {:>6} | ", line), Hue::faint},
              {words.empty() ? name_file(code.file) : words, Hue::bold}});
}

void add_body(Screen& screen, const HotCode& code, const std::vector<AnnotatedInstruction>& rows,
              const SourceLines& sources) {
  for (const AnnotatedInstruction& row : rows) {
    if (row.gap_before) screen.add({{"             ...", Hue::faint}});
    if (row.new_line > 0) add_source_line(screen, code, row.new_line, sources);
    constexpr int text_columns = 56;
    screen.add({{fmt::format("  {:>7} {:>10x}  ", row.share > 0 ? format_percent(row.share) : "",
                             row.address),
                 Hue::plain},
                {pad_to(make_visible(row.text), text_columns)},
                {row.note, Hue::faint}});
  }
}

}  // namespace

void add_annotation(Screen& screen, const Report& report, const SourceLines& sources) {
  screen.add_blank();
  screen.add({{"Hot loops, instruction by instruction", Hue::bold}});
  screen.add({{"  samples lie on the instruction after the one that held the CPU up", Hue::faint}});
  const std::vector<const HotLoop*> loops = loops_to_annotate(report);
  for (const HotLoop* loop : loops) {
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop->code));
    screen.add_blank();
    screen.add({{fmt::format("{} of user time  {}  {}  {}", format_percent(loop->share),
                             make_visible(name_function(code.function)),
                             make_visible(name_place({"", "", code.file, code.line, 0})),
                             describe_nest(code)),
                 Hue::bold}});
    screen.add_wrapped(
        {"  "}, fmt::format("{}: {}", name_class(loop->kind, loop->detail), loop->because), 3);
    add_body(screen, code, annotate(code, loop->evidence), sources);
  }
  if (loops.empty()) screen.add({{"  none: no piece of code has enough samples", Hue::plain}});
}

}  // namespace bottleneck
