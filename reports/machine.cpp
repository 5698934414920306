#include "reports/machine.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "reports/latency_ladder.h"
#include "reports/table.h"
#include "reports/units.h"

namespace bottleneck {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr const char* disturbed = "machine.disturbed";
constexpr const char* no_figure = "–";

struct Resource {
  std::string_view title;
  std::string_view prefix;
};

/// The last one takes what no other does.
constexpr std::array resources = {
    Resource{"Compute", "compute."},
    Resource{"Memory: bytes per second", "memory."},
    Resource{"Memory: time of a load", "latency."},
    Resource{"All CPUs over one", "kappa."},
    Resource{"Storage", "storage."},
    Resource{"GPU", "gpu."},
    Resource{"The machine meanwhile", "machine."},
    Resource{"Kernel and threads", ""},
};

const Resource& resource_of(const std::string& name) {
  return *std::find_if(resources.begin(), resources.end(),
                       [&](const Resource& one) { return name.starts_with(one.prefix); });
}

std::string format_figure(const std::string& name, const Quantity& quantity) {
  if (quantity.unit == Unit::ratio && name.starts_with("kappa.")) {
    return format_factor(quantity.value);
  }
  if (name.find("_iops") != std::string::npos)
    return format_count(std::round(quantity.value)) + " reads/s";
  return format_quantity(quantity);
}

/// "91 – 95 GFLOP/s": the unit once where both have the same.
std::string format_spread(const std::string& name, const Quantity& quantity) {
  const auto at = [&](double value) { return format_figure(name, exactly(value, quantity.unit)); };
  std::string low = at(quantity.low);
  const std::string high = at(quantity.high);
  if (low == high) return "";
  const std::size_t low_unit = low.rfind(' ');
  const std::size_t high_unit = high.rfind(' ');
  if (low_unit != low.npos && high_unit != high.npos &&
      low.substr(low_unit) == high.substr(high_unit)) {
    low.resize(low_unit);
  }
  return fmt::format("{} – {}", low, high);
}

const Quantity* find_figure(const std::vector<Measurement>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Measurement& one) { return one.name == name; });
  return found == all.end() ? nullptr : std::get_if<Quantity>(&found->result);
}

/// What ends in a number behind `prefix`: the one with the largest value, and that number.
struct Numbered {
  const Quantity* quantity = nullptr;
  std::string name;
  int number = 0;
};

Numbered find_best(const std::vector<Measurement>& all, const std::string& prefix) {
  Numbered best;
  for (const Measurement& one : all) {
    const auto* quantity = std::get_if<Quantity>(&one.result);
    if (!quantity || !one.name.starts_with(prefix)) continue;
    const char* end = one.name.data() + one.name.size();
    int number = 0;
    const auto parsed = std::from_chars(one.name.data() + prefix.size(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) continue;
    if (!best.quantity || quantity->value > best.quantity->value) {
      best = {quantity, one.name, number};
    }
  }
  return best;
}

/// "51 GFLOP/s (50 – 52)": the unit once where the spread has the same.
std::string format_cell(const std::string& name, const Quantity* quantity) {
  if (!quantity) return no_figure;
  const std::string value = format_figure(name, *quantity);
  std::string spread = format_spread(name, *quantity);
  const std::size_t unit = value.rfind(' ');
  const bool bare_low = std::none_of(
      spread.begin(),
      spread.begin() + static_cast<std::ptrdiff_t>(std::min(spread.find(" – "), spread.size())),
      [](unsigned char c) { return std::isalpha(c) != 0; });
  if (bare_low && unit != value.npos && spread.ends_with(value.substr(unit))) {
    spread.resize(spread.size() - (value.size() - unit));
  }
  return value + (spread.empty() ? "" : fmt::format(" ({})", spread));
}

void add_compute_row(Rows& rows, const std::vector<Measurement>& all) {
  for (const char* width : {"avx512", "avx2", "sse", "scalar"}) {
    const std::string name = fmt::format("compute.flops_f64_{}_", width);
    const Quantity* one = find_figure(all, name + "1");
    if (!one) continue;
    rows.push_back({fmt::format("double, {}", width), format_cell(name, one),
                    format_cell(name, find_figure(all, name + "all")), "on all CPUs"});
    return;
  }
}

/// The helper says so behind the figure where its arrays were too small for the caches.
bool is_partly_cached(const std::vector<Measurement>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Measurement& one) {
    return one.name == name && one.source.find("times the last-level cache") != std::string::npos;
  });
}

void add_numbered_row(Rows& rows, const std::vector<Measurement>& all, const char* what,
                      const std::string& prefix, const char* many) {
  const std::string first = prefix + "1";
  const Quantity* one = find_figure(all, first);
  if (!one) return;
  const Numbered best = find_best(all, prefix);
  const bool more = best.number > 1;
  std::string note = more ? fmt::format(fmt::runtime(many), best.number) : "";
  if (is_partly_cached(all, first) || is_partly_cached(all, best.name))
    note += note.empty() ? "partly cached" : ", partly cached";
  rows.push_back({what, format_cell(first, one),
                  more ? format_cell(best.name, best.quantity) : no_figure, note});
}

void add_summary(Screen& screen, const std::vector<Measurement>& all) {
  Rows rows;
  add_compute_row(rows, all);
  add_numbered_row(rows, all, "read memory", "memory.read_", "with {} threads");
  add_numbered_row(rows, all, "triad in memory", "memory.triad_", "with {} threads");
  add_numbered_row(rows, all, "4 KB at random", "storage.random_read_iops_qd", "with {} under way");
  add_numbered_row(rows, all, "read storage", "storage.sequential_read_qd", "with {} under way");
  add_table(screen, "At most", {{"ceiling"}, {"alone", true}, {"together", true}, {""}}, rows);
}

void add_ladder(Screen& screen, const std::vector<Measurement>& all, bool whole) {
  Rows rows;
  for (const Rung& rung : climb_ladder(all)) {
    if (!whole && !rung.first) continue;
    const auto say = [](const std::optional<double>& seconds, std::string (*format)(double)) {
      return seconds ? format(*seconds) : std::string(no_figure);
    };
    rows.push_back({std::string(rung.what), say(rung.textbook_s, format_seconds),
                    say(rung.textbook_s, format_human_time), say(rung.here_s, format_seconds),
                    say(rung.here_s, format_human_time),
                    rung.here_s ? "" : "not measured: the textbook's figure"});
  }
  add_table(screen, "Latency ladder, and as if 1 ns were 1 s",
            {{"how long takes"},
             {"textbook", true},
             {"1 ns = 1 s", true},
             {"here", true},
             {"1 ns = 1 s", true},
             {""}},
            rows);
}

std::string count_of(int number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

/// "2 CPUs: 1 core × 2 threads", "4 CPUs: 4 cores, 2 NUMA nodes"; a quota may leave fewer CPUs.
std::string say_cpus(const MachineReport& report) {
  const Topology& topology = report.topology;
  std::string text = count_of(report.machine.cpus(), "CPU");
  if (topology.cores == 0) return text;
  const bool fewer = report.machine.cpus() < topology.cpus;
  text += (fewer ? " by quota, on " : ": ") + count_of(topology.cores, "core");
  const int threads = topology.cpus / topology.cores;
  if (threads > 1 && topology.cpus % topology.cores == 0)
    text += fmt::format(" × {} threads", threads);
  else if (topology.cpus != topology.cores)
    text += fmt::format(" with {} threads", topology.cpus);
  if (topology.packages > 1) text += fmt::format(", {} packages", topology.packages);
  if (topology.numa_nodes > 1) text += fmt::format(", {} NUMA nodes", topology.numa_nodes);
  return text;
}

void add_head(Screen& screen, const MachineReport& report) {
  screen.add(
      {{"bottleneck machine", Hue::bold},
       {fmt::format("  {} · {} · {} set in {}",
                    report.machine.cpu_model.empty() ? "CPU not known" : report.machine.cpu_model,
                    say_cpus(report), report.full ? "full" : "quick",
                    format_seconds(report.took_s))}});
  const auto& quota = report.machine.cpu_quota;
  if (quota && *quota < report.machine.cpus_allowed)
    screen.add(
        {{fmt::format("  quota of {:g} CPUs: rates are those of the cores while they may run",
                      *quota),
          Hue::poor}});
  if (!is_disturbed(report.ceilings)) return;
  screen.add({{fmt::format("  busy: others used {} of the CPUs meanwhile; measure again when it is "
                           "quiet",
                           format_percent(*value_of(report.ceilings, disturbed))),
               Hue::poor}});
}

int count_missing(const std::vector<Measurement>& all) {
  return static_cast<int>(std::count_if(all.begin(), all.end(), [](const Measurement& one) {
    return std::holds_alternative<Unavailable>(one.result);
  }));
}

void add_missing_line(Screen& screen, const MachineReport& report, bool verbose) {
  std::string text;
  if (const int missing = count_missing(report.ceilings); missing > 0) {
    text = fmt::format("{} of {} could not be measured · ", missing, report.ceilings.size());
  }
  text += report.kept;
  if (!verbose) text += fmt::format("{}-v: every figure", report.kept.empty() ? "" : " · ");
  screen.add({{"  " + text, Hue::faint}});
}

/// Why figures are missing: each reason once, with the names that it stands behind.
void add_reasons(Screen& screen, const std::vector<Measurement>& all) {
  constexpr int most_lines = 4;
  std::map<std::pair<std::string, std::string>, std::string> names;
  for (const Measurement& one : all) {
    const auto* why = std::get_if<Unavailable>(&one.result);
    if (!why) continue;
    std::string& list = names[{why->reason, why->remedy}];
    list += (list.empty() ? "" : ", ") + one.name;
  }
  if (names.empty()) return;
  screen.add_blank();
  screen.add({{"Not measured", Hue::bold}});
  for (const auto& [why, list] : names) {
    screen.add_wrapped({"  ", Hue::plain}, list, most_lines);
    screen.add_wrapped({"      why  ", Hue::faint}, why.first, most_lines);
    if (!why.second.empty())
      screen.add_wrapped({"      fix  ", Hue::faint}, why.second, most_lines);
  }
}

void add_all_figures(Screen& screen, const std::vector<Measurement>& all) {
  for (const Resource& resource : resources) {
    Rows rows;
    for (const Measurement& one : all) {
      const auto* quantity = std::get_if<Quantity>(&one.result);
      if (!quantity || &resource_of(one.name) != &resource) continue;
      rows.push_back({one.name, format_figure(one.name, *quantity),
                      format_spread(one.name, *quantity), one.source});
    }
    if (rows.empty()) continue;
    add_table(screen, std::string(resource.title),
              {{"name"}, {"value", true}, {"low – high", true}, {"how"}}, rows);
  }
  add_reasons(screen, all);
}

}  // namespace

bool is_disturbed(const std::vector<Measurement>& ceilings) {
  // Below it the figures are as good as their spread. Source: a choice.
  constexpr double notable = 0.05;
  return value_of(ceilings, disturbed).value_or(0) >= notable;
}

std::string render_machine(const MachineReport& report, const TerminalStyle& style) {
  Screen screen(style);
  add_head(screen, report);
  add_summary(screen, report.ceilings);
  add_ladder(screen, report.ceilings, style.verbose);
  add_missing_line(screen, report, style.verbose);
  if (style.verbose) add_all_figures(screen, report.ceilings);
  return screen.text();
}

}  // namespace bottleneck
