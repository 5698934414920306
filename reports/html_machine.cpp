// The page of `bottleneck machine`: what this machine can do at most, each figure with its interval
// and how it was measured, and why others are missing.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/ceiling_words.h"
#include "reports/html.h"
#include "reports/html_sections.h"
#include "reports/html_shell.h"
#include "reports/latency_ladder.h"
#include "reports/units.h"
#include "src/core/json.h"
#include "src/core/json_ceilings.h"

namespace bottleneck {
namespace {

constexpr const char* no_figure = "–";

/// The three figures that say most about a machine; those that were measured.
std::string describe_most(const std::vector<Measurement>& all) {
  std::string text;
  const auto add = [&](const std::string& name, const char* what) {
    const Quantity* found = find_ceiling(all, name);
    if (!found) return false;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", format_ceiling(name, *found), what);
    return true;
  };
  for (const char* width : {"avx512", "avx2", "sse", "scalar"})
    if (add(fmt::format("compute.flops_f64_{}_1", width), "of doubles on one CPU")) break;
  add("memory.read_1", "from memory");
  add("latency.dram", "until a load from memory is there");
  return text.empty() ? "None of the figures that matter most could be measured." : text + ".";
}

void add_head(Markup& page, const MachineReport& report) {
  page.add(
      "<section aria-labelledby=\"verdict\">\n<h1 id=\"verdict\">What this machine can do at ");
  page.add("most</h1>\n<p class=\"said\">").text(describe_most(report.ceilings)).add("</p>\n");
  page.add("<dl class=\"facts\">\n").fact("CPUs", describe_cpus(report));
  for (const std::string& doubt :
       {describe_quota(report.machine), describe_disturbance(report.ceilings)})
    if (!doubt.empty()) page.fact("but", doubt);
  page.fact("measured", fmt::format("{} set, in {}", report.full ? "full" : "quick",
                                    format_seconds(report.took_s)));
  page.fact("for later runs", report.kept);
  page.add("</dl>\n");
  Listing most = list_main_ceilings(report.ceilings);
  most.columns.back().title = "together is";
  add_listing(page, most);
  page.add("</section>\n");
}

void add_roofs(Markup& page, const RooflineChart& one, const RooflineChart& all) {
  page.add("<section aria-labelledby=\"roof\">\n<h2 id=\"roof\">Roofline of this machine</h2>\n");
  if (one.roofs.empty() && all.roofs.empty())
    page.element("p", "Neither arithmetic nor memory was measured: there is no roof to draw.");
  add_roofs_figure(page, "roofline", "Roofs of one CPU", one,
                   "One CPU: below the slopes the bytes end first, below the levels the "
                   "arithmetic. Where a program lies, its own report shows.");
  add_roofs_figure(page, "roofline_all", "Roofs of all CPUs", all, "All CPUs together.");
  page.add("</section>\n");
}

/// Where it lies between the least and the most of the ladder, each factor of ten as wide.
double place_on_ladder(double seconds) {
  constexpr double least = 1e-10, most = 1;
  const double place = std::log10(seconds / least) / std::log10(most / least);
  return std::clamp(place, 0.0, 1.0) * 100;
}

void add_rung(Markup& page, const Rung& rung) {
  const auto cells = [&](const std::optional<double>& seconds) {
    page.add("<td class=\"number\">").text(seconds ? format_seconds(*seconds) : no_figure);
    page.add("</td><td class=\"number\">");
    page.text(seconds ? format_human_time(*seconds) : no_figure).add("</td>");
  };
  page.add("<tr><th scope=\"row\">").text(rung.what).add("</th>");
  cells(rung.textbook_s);
  cells(rung.here_s);
  page.add("<td class=\"ladder\"><span class=\"meter ");
  rung.here_s ? page.add("compute") : page.add("others");
  page.add("\" style=\"width:").number(place_on_ladder(rung.here_s.value_or(*rung.textbook_s)));
  page.add("%\"></span></td></tr>\n");
}

void add_ladder(Markup& page, const std::vector<Measurement>& ceilings) {
  page.add("<section aria-labelledby=\"ladder\">\n<h2 id=\"ladder\">Latency ladder</h2>\n");
  page.element("p",
               "How long things take, and as if 1 ns were 1 s. A bar grows by the same for each "
               "factor of ten; a grey one is the textbook's figure: it was not measured here.");
  page.open_scrolling("How long things take")
      .add(
          "<table class=\"full\">\n<thead><tr><th scope=\"col\">how long takes</th><th "
          "scope=\"col\" class=\"number\">textbook</th><th scope=\"col\" class=\"number\">1 ns = 1 "
          "s</th><th scope=\"col\" class=\"number\">here</th><th scope=\"col\" class=\"number\">1 "
          "ns = 1 s</th><th scope=\"col\" class=\"ladder\">0.1 ns to 1 s</th></tr></thead>\n"
          "<tbody>\n");
  for (const Rung& rung : climb_ladder(ceilings)) add_rung(page, rung);
  page.add("</tbody>\n</table>\n</div>\n</section>\n");
}

std::string describe_spread(const std::string& name, const Quantity& quantity) {
  std::string spread = format_spread(name, quantity);
  if (!spread.empty()) return spread;
  return quantity.low < quantity.high ? "rounds to the same" : "exact";
}

Listing list_group(const CeilingGroup& group) {
  Listing listing{group.title,
                  {{"name"}, {"value", true}, {"low – high", true}, {"how"}},
                  {},
                  group.figures.size()};
  for (const Measurement* one : group.figures) {
    const Quantity& quantity = std::get<Quantity>(one->result);
    listing.rows.push_back({one->name, format_ceiling(one->name, quantity),
                            describe_spread(one->name, quantity), one->source});
  }
  return listing;
}

void add_figures(Markup& page, const std::vector<Measurement>& ceilings) {
  page.add("<section aria-labelledby=\"figures\">\n<h2 id=\"figures\">All figures</h2>\n");
  page.element("p",
               "A ceiling is the best of many short slices; low and high span the best of all "
               "rounds, 95 % of them where there are many.");
  const std::vector<CeilingGroup> groups = group_ceilings(ceilings);
  if (groups.empty()) page.element("p", "none");
  for (const CeilingGroup& group : groups) add_listing(page, list_group(group));
  page.add("</section>\n");
}

void add_missing(Markup& page, const std::vector<Measurement>& ceilings) {
  page.add("<section aria-labelledby=\"missing\">\n<h2 id=\"missing\">Not measured</h2>\n");
  const std::vector<MissingCeilings> all = list_missing_ceilings(ceilings);
  if (all.empty()) page.element("p", "Nothing is missing of what this set measures.");
  page.add("<div class=\"cards\">\n");
  for (const MissingCeilings& one : all) {
    page.add("<article>\n<dl class=\"facts\">\n").fact("figures", one.names);
    page.fact("why", one.reason);
    if (!one.remedy.empty()) page.add("<dt>fix</dt><dd>").code(one.remedy).add("</dd>\n");
    page.add("</dl>\n</article>\n");
  }
  page.add("</div>\n</section>\n");
}

void add_environment(Markup& page, const MachineReport& report) {
  page.add("<section aria-labelledby=\"environment\">\n<h2 id=\"environment\">Environment</h2>\n");
  page.add("<dl class=\"facts\">\n");
  for (const auto& [label, text] : list_machine(report.machine))
    page.add("<dt>").text(label).add("</dt><dd>").text(text).add("</dd>\n");
  page.add("</dl>\n<div id=\"save\" hidden></div>\n</section>\n");
}

PageFace face_of(const MachineReport& report) {
  const std::string model =
      report.machine.cpu_model.empty() ? "CPU not known" : report.machine.cpu_model;
  return {"What this machine can do at most", model, "bottleneck machine",
          fmt::format("{} · {} set in {}", model, report.full ? "full" : "quick",
                      format_seconds(report.took_s))};
}

}  // namespace

std::string render_html(const MachineReport& report, const PageScript& script) {
  const RooflineChart one = chart_roofs_of_one(report.ceilings);
  const RooflineChart all = chart_roofs_of_all(report.ceilings);
  Markup page;
  add_head(page, report);
  add_roofs(page, one, all);
  add_ladder(page, report.ceilings);
  add_figures(page, report.ceilings);
  add_missing(page, report.ceilings);
  add_environment(page, report);
  JsonText charts;
  charts.open("{").key("roofline");
  add_roofline(charts, one);
  charts.key("roofline_all");
  add_roofline(charts, all);
  charts.close("}");
  CeilingSet set;
  set.full = report.full;
  set.ceilings = report.ceilings;
  const std::string saved = json_for_page(machine_to_json(report.machine, report.topology, set));
  return frame_page(face_of(report), page, page_data(charts, saved), script);
}

}  // namespace bottleneck
