#include <algorithm>

#include <fmt/format.h>

#include "reports/listings.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "reports/visible.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

Hue hue_of(ProbeStatus status) { return status == ProbeStatus::available ? Hue::good : Hue::poor; }

std::string describe_memory(const Machine& machine) {
  std::string text = machine.memory_bytes ? format_bytes(static_cast<double>(*machine.memory_bytes))
                                          : "size not known";
  if (machine.memory_limit_bytes) {
    text += fmt::format(", limited to {}",
                        format_bytes(static_cast<double>(*machine.memory_limit_bytes)));
  }
  return text;
}

std::string describe_quota(const Machine& machine) {
  return machine.cpu_quota ? fmt::format("{:.2g} CPUs by cgroup", *machine.cpu_quota) : "none";
}

std::string known(const std::string& text) { return text.empty() ? "not known" : text; }

void add_machine(Screen& screen, const Machine& machine) {
  for (const auto& [label, text] : list_machine(machine)) {
    screen.add({{fmt::format("  {:<9}", label), Hue::faint}, {text}});
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> list_machine(const Machine& machine) {
  return {{"cpu", known(machine.cpu_model)},
          {"cpus", fmt::format("{} online, {} allowed: a program can use {}", machine.cpus_online,
                               machine.cpus_allowed, machine.cpus())},
          {"quota", describe_quota(machine)},
          {"memory", describe_memory(machine)},
          {"L2 cache", machine.l2_bytes ? format_bytes(static_cast<double>(*machine.l2_bytes))
                                        : std::string("not known")},
          {"kernel", known(machine.kernel)},
          {"machine", machine.virtualized ? "virtual" : "bare metal, as far as it can be seen"}};
}

void add_probe_table(Screen& screen, const std::vector<ProbeState>& probes) {
  constexpr int lines_of_a_reason = 4;
  screen.add_blank();
  screen.add({{"Probes", Hue::bold}});
  int widest = 0;
  for (const ProbeState& probe : probes) {
    widest = std::max(widest, width_of(make_visible(probe.name)));
  }
  widest = std::min(widest, screen.width() / 3);
  for (const ProbeState& probe : probes) {
    screen.add({{"  " + pad_to(make_visible(probe.name), widest)},
                {fmt::format("  {:<11}  ", to_string(probe.status)), hue_of(probe.status)},
                {probe.detail}});
    if (!probe.reason.empty()) {
      screen.add_wrapped({"      why  ", Hue::faint}, probe.reason, lines_of_a_reason);
    }
    if (!probe.remedy.empty()) {
      screen.add_wrapped({"      fix  ", Hue::faint}, probe.remedy, lines_of_a_reason);
    }
  }
  if (probes.empty()) screen.add_text("  none");
}

Listing list_measurements(const std::vector<Measurement>& measurements) {
  Listing listing{
      "Measurements", {{"name"}, {"value", true}, {"source, or why not"}}, {}, measurements.size()};
  for (const Measurement& one : measurements) {
    if (const auto* quantity = std::get_if<Quantity>(&one.result)) {
      const std::string partly =
          one.coverage < 1 ? fmt::format(" (measured {} of the time)", format_percent(one.coverage))
                           : "";
      listing.rows.push_back({one.name, format_quantity(*quantity), one.source + partly});
    } else {
      listing.rows.push_back({one.name, "not measured", std::get<Unavailable>(one.result).reason});
    }
  }
  return listing;
}

void add_measurements(Screen& screen, const std::vector<Measurement>& measurements) {
  const Listing listing = list_measurements(measurements);
  add_table(screen, listing.title, listing.columns, listing.rows);
}

std::string render_doctor(const Machine& machine, const std::vector<ProbeState>& probes,
                          const TerminalStyle& style) {
  Screen screen(style);
  screen.add({{"bottleneck doctor", Hue::bold}, {"  what can be seen here, and how to see more"}});
  screen.add_blank();
  add_machine(screen, machine);
  add_probe_table(screen, probes);
  return screen.text();
}

}  // namespace bottleneck
