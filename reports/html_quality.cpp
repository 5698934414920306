// How far the page can be believed: what was seen and what was not, and what would show more.
#include <algorithm>

#include <fmt/format.h>

#include "reports/explain.h"
#include "reports/html_sections.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_measurements = 50;
constexpr std::size_t shown_probes = 100;

std::string count(std::uint64_t number) { return format_count(static_cast<double>(number)); }

void add_confidence(Markup& page, const Verdict& verdict) {
  page.add("<h3>Confidence: ").text(to_string(verdict.confidence)).add("</h3>\n<p>");
  page.text("That is: ").text(explain(verdict.confidence)).add(".</p>\n");
  if (!verdict.reasons.empty()) page.list(verdict.reasons);
}

void add_tier(Markup& page, Tier tier) {
  const TierMeaning meaning = explain(tier);
  page.add("<h3>Evidence of tier ").text(to_string(tier)).add("</h3>\n<p>");
  page.text("Seen: ").text(meaning.sees).add(".</p>\n");
  if (!meaning.lost.empty()) {
    page.add("<p>Missing against the tier above: ").text(meaning.lost).add(".</p>\n");
  }
}

void add_costs(Markup& page, const Overhead& overhead) {
  page.add("<h3>What observing cost</h3>\n<dl class=\"facts\">\n");
  page.fact("overhead", format_percent(overhead.share) + " estimated");
  page.fact("our CPU", format_seconds(overhead.own_cpu_s) + " while the program ran");
  page.fact("in the program", format_seconds(overhead.in_target_s));
  page.fact("after its exit", format_seconds(overhead.after_exit_s));
  page.fact("records", fmt::format("{} samples, {} switches, {} tasks", count(overhead.samples),
                                   count(overhead.switch_records), count(overhead.task_records)));
  page.fact("lost records", overhead.lost_records == 0 ? "none"
                                                       : count(overhead.lost_records) +
                                                             ": what they held is not in the "
                                                             "figures");
  page.add("</dl>\n");
}

void add_probe(Markup& page, const ProbeState& probe) {
  page.add("<tr><th scope=\"row\">").text(probe.name).add("</th><td class=\"state ");
  page.text(to_string(probe.status)).add("\">").text(to_string(probe.status)).add("</td><td>");
  page.text(probe.detail);
  if (!probe.reason.empty()) page.add("<p><b>why</b> ").text(probe.reason).add("</p>");
  if (!probe.remedy.empty()) page.add("<p><b>fix</b> ").code(probe.remedy).add("</p>");
  page.add("</td></tr>\n");
}

void add_probes(Markup& page, const std::vector<ProbeState>& probes) {
  page.open_scrolling("Probes").add(
      "<table id=\"probes\">\n<caption>Probes: what each could see, why not, and what would "
      "help</caption>"
      "\n<thead><tr><th scope=\"col\">probe</th><th scope=\"col\">state</th><th scope=\"col\">what "
      "it does here, or why it does not</th></tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < probes.size() && i < shown_probes; ++i) add_probe(page, probes[i]);
  page.add("</tbody>\n</table>\n</div>\n");
  if (probes.empty()) page.element("p", "none");
  page.more(probes.size() - std::min(probes.size(), shown_probes));
}

void add_measurement_listing(Markup& page, const std::vector<Measurement>& measurements) {
  Listing listing = list_measurements(measurements);
  listing.rows.resize(std::min(listing.rows.size(), shown_measurements));
  page.add("<details>\n<summary>").text(fmt::format("Measurements ({})", listing.all));
  page.add("</summary>\n");
  add_listing(page, listing, Caption::said_above);
  page.add("</details>\n");
}

}  // namespace

void add_quality_section(Markup& page, const Report& report) {
  const Profile& profile = report.profile;
  page.add("<section aria-labelledby=\"quality\">\n<h2 id=\"quality\">Quality of the measurement");
  page.add("</h2>\n");
  add_confidence(page, report.verdict);
  add_tier(page, profile.tier);
  add_probes(page, profile.probes);
  add_costs(page, profile.overhead);
  if (!profile.notes.empty()) page.add("<h3>Notes</h3>\n").list(profile.notes);
  add_measurement_listing(page, profile.measurements);
  page.add("</section>\n");
}

}  // namespace bottleneck
