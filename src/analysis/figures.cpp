#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "src/analysis/words.h"

namespace bottleneck {
namespace {

std::optional<double> measured(const Profile& profile, const char* name,
                               std::optional<double> summed) {
  const auto value = value_of(profile.measurements, name);
  return value ? value : summed;
}

std::optional<double> sum_of(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

}  // namespace

std::string say_count(double count) {
  const std::string digits = fmt::format("{:.0f}", std::round(count));
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ' ';
    grouped += digits[i];
  }
  return grouped;
}

std::string say_bytes(double bytes) {
  constexpr std::array units = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  return unit > 0 && bytes < 9.95 ? fmt::format("{:.1f} {}", bytes, units[unit])
                                  : fmt::format("{:.0f} {}", bytes, units[unit]);
}

std::string say_share(double share) {
  const double percent = 100 * share;
  return percent > 0 && percent < 0.95 ? fmt::format("{:.1f} %", percent)
                                       : fmt::format("{:.0f} %", percent);
}

std::string say_events(const Profile& profile, const Figures& figures, Bottleneck kind,
                       Detail detail) {
  const Costs costs = costs_of(profile);
  const auto say = [](double count, const char* what, const Cost& cost) {
    return count > 0 ? fmt::format("{} {}, each {}", say_count(count), what, say_cost(cost)) : "";
  };
  if (kind == Bottleneck::memory_capacity && detail == Detail::first_touch)
    return say(figures.faults.value_or(0), "page faults", costs.fault);
  if (kind != Bottleneck::kernel) return "";
  if (detail == Detail::processes)
    return say(figures.processes - 1, "more processes started", costs.process);
  if (detail == Detail::syscalls)
    return say(figures.calls.value_or(0), "reads and writes, at least", costs.call);
  if (detail == Detail::copies)
    return fmt::format("a copied megabyte costs {}",
                       say_cost({costs.copied_byte.seconds * 1e6, costs.copied_byte.measured}));
  return "";
}

Figures count_figures(const Profile& profile, const Counters& counters) {
  const Totals& all = counters.all();
  Figures figures;
  figures.run_s = profile.runs.empty() ? 0 : profile.this_run().wall_s;
  figures.faults =
      measured(profile, "memory.minor_faults",
               counters.any() ? std::optional<double>(all.minor_faults) : std::nullopt);
  figures.read_bytes = measured(profile, "io.read_bytes", all.read_bytes);
  figures.written_bytes = measured(profile, "io.written_bytes", all.written_bytes);
  figures.calls = sum_of(measured(profile, "io.read_calls", all.read_calls),
                         measured(profile, "io.write_calls", all.write_calls));
  for (const Process& process : profile.processes) figures.processes += process.folded;
  for (const Thread& thread : profile.threads)
    figures.switches += static_cast<double>(thread.switches + thread.preemptions);
  std::set<int> queuers;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    if (cell.wait < 0) continue;
    Facts facts;
    facts.wait = profile.waits.at(static_cast<std::size_t>(cell.wait)).kind;
    const Bottleneck kind = classify(facts).kind.kind;
    figures.blocked_s[kind] += cell.seconds;
    if (kind != Bottleneck::lock) continue;
    queuers.insert(cell.thread);
    figures.lock_waits += static_cast<double>(cell.count);
  }
  figures.threads_blocked_on_locks = static_cast<double>(queuers.size());
  return figures;
}

}  // namespace bottleneck
