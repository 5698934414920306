// Hot loops by source line and instruction, as `--annotate` shows them on a terminal.
#include <fmt/format.h>

#include "reports/annotation.h"
#include "reports/html_sections.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

/// Of one loop; the rest of a large one is said, not shown.
constexpr std::size_t shown_instructions = 120;

void add_source_row(Markup& page, const HotCode& code, int line, const SourceLines& sources) {
  const auto text = sources.find({code.file, line});
  page.add("<tr class=\"source\"><td class=\"number\">").text(std::to_string(line));
  page.add("</td><td colspan=\"3\"><code>");
  page.text(text == sources.end() ? name_file(code.file) : text->second, longest_cell);
  page.add("</code></td></tr>\n");
}

void add_instruction_row(Markup& page, const AnnotatedInstruction& row) {
  page.add("<tr><td class=\"number\">").text(row.share > 0 ? format_percent(row.share) : "");
  page.add("</td><td class=\"number\">").text(fmt::format("{:x}", row.address));
  page.add("</td><td><code>").text(row.text, longest_cell).add("</code></td><td>");
  page.text(row.note, longest_cell).add("</td></tr>\n");
}

void add_loop(Markup& page, const HotLoop& loop, const HotCode& code, const SourceLines& sources) {
  const std::vector<AnnotatedInstruction> rows = annotate(code, loop.evidence);
  if (rows.empty()) return;
  page.add("<details>\n<summary>")
      .text(fmt::format("{} of user time, {}, {}", format_percent(loop.share), name_loop(code),
                        describe_nest(code)));
  page.add("</summary>\n<p>");
  page.text(fmt::format("{}: {}", name_class(loop.kind, loop.detail), loop.because)).add("</p>\n");
  page.open_scrolling(name_loop(code))
      .add(
          "<table class=\"code\">\n<thead><tr><th scope=\"col\" class=\"number\">samples</th><th "
          "scope=\"col\" class=\"number\">address</th><th scope=\"col\">instruction</th><th "
          "scope=\"col\">its operand</th></tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < rows.size() && i < shown_instructions; ++i) {
    if (rows[i].new_line > 0) add_source_row(page, code, rows[i].new_line, sources);
    add_instruction_row(page, rows[i]);
  }
  page.add("</tbody>\n</table>\n</div>\n");
  page.more(rows.size() - std::min(rows.size(), shown_instructions)).add("</details>\n");
}

}  // namespace

void add_source_lines(Markup& page, const Report& report, const SourceLines& sources) {
  const std::vector<const HotLoop*> loops = loops_to_annotate(report);
  if (loops.empty()) return;
  page.add(
      "<h3>Hot source lines and their instructions</h3>\n<p class=\"note\">Samples lie on the ");
  page.add("instruction after the one that held the CPU up.</p>\n");
  for (const HotLoop* loop : loops)
    add_loop(page, *loop, report.profile.hot_code.at(static_cast<std::size_t>(loop->code)),
             sources);
}

}  // namespace bottleneck
