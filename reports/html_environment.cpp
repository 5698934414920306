// What ran, where, and how it ended. No date: a profile has none.
#include <fmt/format.h>

#include "reports/describe.h"
#include "reports/html_sections.h"
#include "reports/sections.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

constexpr std::size_t shown_runs = 50;
constexpr std::size_t shown_processes = 20;

void add_program(Markup& page, const Target& target) {
  page.add("<dt>command</dt><dd>").code(quote_command(target.command)).add("</dd>\n");
  page.fact("directory", target.directory.empty() ? "that of the caller" : target.directory);
  page.fact("environment", target.environment.empty()
                               ? "that of the caller"
                               : fmt::format("with {}", fmt::join(target.environment, " ")));
}

/// Escaping is the markup's, so these labels of ours go in as text too.
void add_machine(Markup& page, const Machine& machine) {
  for (const auto& [label, text] : list_machine(machine)) {
    page.add("<dt>").text(label).add("</dt><dd>").text(text).add("</dd>\n");
  }
}

void add_runs(Markup& page, const Profile& profile) {
  Listing listing{"Runs",
                  {{"run", true},
                   {"wall", true},
                   {"user CPU", true},
                   {"system CPU", true},
                   {"largest memory", true},
                   {"end"}},
                  {},
                  profile.runs.size()};
  for (std::size_t i = 0; i < profile.runs.size() && i < shown_runs; ++i) {
    const Run& run = profile.runs[i];
    const bool kept = static_cast<int>(i) == profile.run && profile.runs.size() > 1;
    listing.rows.push_back({fmt::format("{}", i + 1), format_seconds(run.wall_s),
                            format_seconds(run.user_s), format_seconds(run.system_s),
                            format_bytes(static_cast<double>(run.max_rss_bytes)),
                            describe_end(run) + (kept ? " (the one shown: median)" : "")});
  }
  add_listing(page, listing);
}

void add_still_running(Markup& page, const std::vector<Process>& processes) {
  std::vector<std::string> names;
  std::size_t all = 0;
  for (const Process& process : processes) {
    if (!process.still_running) continue;
    if (++all <= shown_processes) names.push_back(fmt::format("{} {}", process.name, process.pid));
  }
  if (all == 0) return;
  if (all > names.size()) names.push_back(fmt::format("and {} more", all - names.size()));
  page.add("<h3>Still running when the program ended</h3>\n").list(names);
}

}  // namespace

void add_environment_section(Markup& page, const Profile& profile) {
  page.add("<section aria-labelledby=\"environment\">\n<h2 id=\"environment\">Environment</h2>\n");
  page.add("<dl class=\"facts\">\n");
  add_program(page, profile.target);
  add_machine(page, profile.machine);
  page.add("</dl>\n");
  add_runs(page, profile);
  add_still_running(page, profile.processes);
  page.add("<div id=\"save\" hidden></div>\n</section>\n");
}

}  // namespace bottleneck
