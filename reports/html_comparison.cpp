// The page of `bottleneck compare`: the verdict, how sure it is, each run, and what of the time
// changed.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/comparison.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/html_shell.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "src/core/json.h"
#include "src/core/json_comparison.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_changes = 20, shown_doubts = 50;

void add_sides(Markup& page, const Comparison& all) {
  const double longest = std::max(all.base.median_s, all.head.median_s);
  page.open_scrolling("Base and head")
      .add(
          "<table class=\"full\">\n<thead><tr><th scope=\"col\">side</th><th scope=\"col\" "
          "class=\"number\">median</th><th scope=\"col\" class=\"number\">runs</th><th "
          "scope=\"col\">what limits it</th><th scope=\"col\" "
          "class=\"half\">bar</th></tr></thead>\n"
          "<tbody>\n");
  const auto add = [&](const char* label, const ComparedSide& side) {
    const std::string runs =
        fmt::format("{}{}", side.wall_s.size(),
                    side.rejected > 0 ? fmt::format(", {} rejected", side.rejected) : "");
    const std::string limit = describe_side(side);
    page.add("<tr><th scope=\"row\">").text(label).add("</th><td class=\"number\">");
    page.text(side.wall_s.empty() ? "no time" : format_seconds(side.median_s));
    page.add("</td><td class=\"number\">").text(runs).add("</td><td>");
    page.text(limit.empty() ? "not profiled" : limit).add("</td><td class=\"half\">");
    if (longest > 0 && !side.wall_s.empty())
      page.add("<span class=\"meter\" style=\"width:")
          .number(side.median_s / longest * 100)
          .add("%\"></span>");
    page.add("</td></tr>\n");
  };
  add("base", all.base);
  add("head", all.head);
  page.add("</tbody>\n</table>\n</div>\n");
}

void add_doubts(Markup& page, const Comparison& all) {
  if (all.obstacles.empty() && all.notes.empty() && all.outputs_differ.empty()) return;
  page.add("<section aria-labelledby=\"doubts\">\n<h2 id=\"doubts\">What to know</h2>\n");
  const auto add = [&](Literal label, const std::vector<std::string>& items) {
    if (items.empty()) return;
    const std::size_t shown = std::min(items.size(), shown_doubts);
    page.add("<h3>").add(label).add("</h3>\n");
    page.list({items.begin(), items.begin() + static_cast<std::ptrdiff_t>(shown)});
  };
  add("What keeps them from being compared", all.obstacles);
  add("Notes", all.notes);
  if (!all.outputs_differ.empty())
    page.add("<h3>The outputs differ</h3>\n").element("p", all.outputs_differ);
  page.add("</section>\n");
}

void add_verdict(Markup& page, const Comparison& all) {
  page.add("<section aria-labelledby=\"verdict\">\n<h1 id=\"verdict\">");
  page.text(to_string(all.verdict)).add("</h1>\n<p class=\"said\">").text(all.why).add("</p>\n");
  page.add("<dl class=\"facts\">\n").fact("head / base", describe_ratio(all));
  if (all.cpu_ratio) page.fact("CPU time", describe_cpu_ratio(all));
  page.fact("gate", fmt::format("{:.3g} %", 100 * all.gate));
  page.fact("sure?", describe_power(all));
  if (all.interrupted) page.fact("interrupted", "what was measured until then is here");
  page.add("</dl>\n");
  add_ratio_chart(page, all);
  add_sides(page, all);
  add_runs_chart(page, all);
  page.add("</section>\n");
}

/// Base above, in grey; head below, in the colour of its class.
void add_change_row(Markup& page, const SecondsChange& one, double longest, bool functions) {
  page.add("<tr><th scope=\"row\">");
  if (functions) {
    page.code(name_function(shorten(one.name, longest_cell)));
    if (!one.file.empty())
      page.add(" <span class=\"note\">")
          .text(name_place({"", "", one.file, one.line, 0}), longest_cell)
          .add("</span>");
  } else {
    page.text(one.name, longest_cell);
  }
  page.add("</th><td class=\"number\">").text(format_seconds(one.base_s));
  page.add("</td><td class=\"number\">").text(format_seconds(one.head_s));
  page.add("</td><td class=\"number\">").text(describe_change_s(one.change_s()));
  page.add("</td><td class=\"half\"><span class=\"meter others\" style=\"width:");
  page.number(longest > 0 ? one.base_s / longest * 100 : 0).add("%\"></span>");
  page.add("<span class=\"meter ");
  functions ? page.add("compute")
            : page.text(to_string(bottleneck_named(one.name).value_or(Bottleneck::unattributed)));
  page.add("\" style=\"width:").number(longest > 0 ? one.head_s / longest * 100 : 0);
  page.add("%\"></span></td></tr>\n");
}

void add_changes(Markup& page, const std::string& title, const std::vector<SecondsChange>& changes,
                 bool functions) {
  double longest = 0;
  for (const SecondsChange& one : changes) longest = std::max({longest, one.base_s, one.head_s});
  page.open_scrolling(title).add("<table class=\"full\">\n").element("caption", title);
  page.add("<thead><tr><th scope=\"col\">");
  functions ? page.add("function") : page.add("class");
  page.add(
      "</th><th scope=\"col\" class=\"number\">base</th><th scope=\"col\" "
      "class=\"number\">head</th><th scope=\"col\" class=\"number\">change</th><th scope=\"col\" "
      "class=\"half\">base above, head below</th></tr></thead>\n<tbody>\n");
  std::size_t shown = 0;
  for (const SecondsChange& one : changes)
    if (one.base_s + one.head_s > 0 && shown++ < shown_changes)
      add_change_row(page, one, longest, functions);
  page.add("</tbody>\n</table>\n</div>\n");
}

void add_what_changed(Markup& page, const Comparison& all) {
  page.add("<section aria-labelledby=\"changed\">\n<h2 id=\"changed\">What changed</h2>\n");
  if (!all.base.profiled || !all.head.profiled) {
    page.element("p", "Neither side was profiled: what changed is not known.").add("</section>\n");
    return;
  }
  page.element(
      "p", fmt::format("From one profiled run of each: {} and {}.",
                       format_seconds(all.base.profiled_s), format_seconds(all.head.profiled_s)));
  add_changes(page, "Classes, of the wall-clock time", all.classes, false);
  if (all.functions.empty()) {
    page.element("p", "No function was seen on a CPU.");
  } else {
    add_changes(page, "Functions, seconds on a CPU", all.functions, true);
  }
  page.add("</section>\n");
}

void add_environment(Markup& page, const Comparison& all) {
  page.add("<section aria-labelledby=\"environment\">\n<h2 id=\"environment\">Environment</h2>\n");
  page.add("<dl class=\"facts\">\n<dt>base</dt><dd>").code(quote_command(all.base.command));
  page.add("</dd>\n<dt>head</dt><dd>").code(quote_command(all.head.command)).add("</dd>\n");
  page.fact("measured",
            all.interleaved ? "side by side, in pairs of random order" : "in two saved reports");
  page.add("</dl>\n<div id=\"save\" hidden></div>\n</section>\n");
}

}  // namespace

std::string render_html(const Comparison& all, const PageScript& script) {
  Markup page;
  add_verdict(page, all);
  add_what_changed(page, all);
  add_doubts(page, all);
  add_environment(page, all);
  JsonText none;
  none.open("{").close("}");
  const std::string command = quote_command(all.head.command);
  const PageFace face{fmt::format("{}: {}", to_string(all.verdict), all.why), command, command,
                      fmt::format("compared with its base: {}", describe_ratio(all))};
  return frame_page(face, page, page_data(none, json_for_page(comparison_to_json(all))), script);
}

}  // namespace bottleneck
