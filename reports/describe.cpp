#include "reports/describe.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <string.h>

#include "reports/gpu_details.h"
#include "reports/sections.h"
#include "reports/units.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

constexpr double largest_bound_shown = 20;

std::string name_verdict(const Verdict& verdict) {
  std::string words;
  if (verdict.mixed) {
    words = "mixed:";
    for (std::size_t i = 0; i < verdict.top.size(); ++i) {
      words += fmt::format("{} {}", i == 0 ? "" : " +", to_string(verdict.top[i]));
    }
  } else {
    words = to_string(verdict.kind);
  }
  if (verdict.detail != Detail::none) words += fmt::format(", {}", to_string(verdict.detail));
  return words + fmt::format(", {}", to_string(verdict.parallelism));
}

int percent_of(const std::vector<BarRow>& rows, Bottleneck kind, double share) {
  const BarRow* row = row_of(rows, kind);
  return row ? row->percent : static_cast<int>(std::lround(share * 100));
}

/// What could not be seen, so that nobody takes silence for a measurement.
std::string describe_missing(const Profile& profile) {
  constexpr std::string_view counters = "perf.counters", sampler = "perf.sampler";
  std::string text;
  bool counters_named = profile.tier == Tier::A;
  const auto add = [&](std::string_view what) {
    text += fmt::format("{}no {}", text.empty() ? "" : ", ", what);
  };
  for (const ProbeState& probe : profile.probes) {
    if (probe.name == counters) counters_named = true;
    if (probe.status != ProbeStatus::unavailable) continue;
    if (probe.name.starts_with("gpu.")) continue;  // a note says so where a program asked for one
    add(probe.name == counters  ? "hardware counters"
        : probe.name == sampler ? "perf_event_open"
                                : std::string_view(probe.name));
  }
  if (!counters_named) add("hardware counters");
  return text.empty() ? "" : text + " here: bottleneck doctor";
}

}  // namespace

std::string describe_end(const Run& run) {
  if (run.timed_out) return fmt::format("stopped by --timeout, exit {}", run.exit_status);
  if (run.interrupted) return fmt::format("interrupted, exit {}", run.exit_status);
  if (run.signal == 0) return fmt::format("exit {}", run.exit_status);
  const char* name = sigabbrev_np(run.signal);
  return name ? fmt::format("killed by SIG{}", name)
              : fmt::format("killed by signal {}", run.signal);
}

/// With -n: "3.21 s wall, median of 5 (3.11 s – 3.40 s)".
std::string describe_wall(const Profile& profile, const Run& run) {
  if (profile.runs.size() < 2) return format_seconds(run.wall_s) + " wall";
  const auto [least, most] =
      std::minmax_element(profile.runs.begin(), profile.runs.end(),
                          [](const Run& a, const Run& b) { return a.wall_s < b.wall_s; });
  return fmt::format("{} wall, median of {} ({} – {})", format_seconds(run.wall_s),
                     profile.runs.size(), format_seconds(least->wall_s),
                     format_seconds(most->wall_s));
}

/// A quota is said where it is less than what the affinity allows: the run had no more than that.
std::string describe_cpus(const Profile& profile, const Run& run) {
  const Machine& machine = profile.machine;
  const bool limited = machine.cpu_quota && *machine.cpu_quota < machine.cpus_allowed;
  const double cpus = limited ? *machine.cpu_quota : machine.cpus();
  std::string had =
      fmt::format("{:.3g} CPU{}{}", cpus, cpus > 1 ? "s" : "", limited ? " by quota" : "");
  if (run.wall_s <= 0) return had;
  return fmt::format("{:.1f} of {} busy", (run.user_s + run.system_s) / run.wall_s, had);
}

std::string describe_facts(const Profile& profile) {
  if (profile.runs.empty()) return "no run in this profile";
  const Run& run = profile.this_run();
  const std::string simulation = describe_simulation(profile);
  return fmt::format("{} · {} · {}{}{}", describe_wall(profile, run), describe_cpus(profile, run),
                     describe_end(run), simulation.empty() ? "" : " · ", simulation);
}

Headline describe_verdict(const Report& report, const std::vector<BarRow>& rows) {
  const Verdict& verdict = report.verdict;
  if (verdict.idle) {
    const auto sleep = report.shares.find(Bottleneck::sleep);
    const double share = sleep == report.shares.end() ? verdict.share : sleep->second;
    return {fmt::format("idle {} %, waiting for work", percent_of(rows, Bottleneck::sleep, share)),
            verdict.sentence};
  }
  // No share of the time stands before what ended it.
  if (!verdict.ended_by.empty()) return {name_verdict(verdict), verdict.sentence};
  std::string said;
  if (!verdict.mixed) {
    said = fmt::format("{} % ", percent_of(rows, verdict.kind, verdict.share));
  }
  said += verdict.sentence.empty() ? "of the time" : verdict.sentence;
  return {name_verdict(verdict), said};
}

std::string describe_where(const Report& report, const Where& where) {
  const std::string place = name_place(where);
  if (place.empty()) return "";
  std::string text;
  if (!where.function.empty() && !where.file.empty()) text = name_function(where.function) + "  ";
  text += place;
  const bool launched =
      !report.profile.processes.empty() && where.process == report.profile.processes.front().name;
  if (!where.process.empty() && !launched && where.process != place)
    text += "  in " + where.process;
  if (where.share > 0) text += "   " + format_percent(where.share);
  return text;
}

const Finding* finding_of(const Report& report, Bottleneck kind) {
  for (const Finding& finding : report.findings) {
    if (finding.kind == kind) return &finding;
  }
  return nullptr;
}

std::string note_of(const Report& report, Bottleneck kind) {
  const Finding* finding = finding_of(report, kind);
  return finding ? finding->note : "";
}

bool needs_independence(Remedy remedy) {
  return remedy == Remedy::spread_work || remedy == Remedy::vectorize ||
         remedy == Remedy::many_chains || remedy == Remedy::wait_together;
}

std::string describe_gain(const Recommendation& advice) {
  if (advice.promise == "completes") return advice.promise;
  const Quantity& speedup = advice.prediction.speedup;
  std::string range = format_factor(speedup.high);
  if (speedup.low < speedup.high) {
    const std::string low = format_factor(speedup.low);
    range = fmt::format("{} – {}", low.substr(0, low.find("×")), range);
  }
  switch (advice.claim) {
    case Claim::bound:
      // Beyond this the figure says only that the slice is nearly the whole run.
      if (speedup.high > largest_bound_shown) return "nearly all of it";
      return "at most " + format_factor(speedup.high);
    case Claim::conditional:
      return (needs_independence(advice.remedy) ? "if independent " : "may give ") + range;
    case Claim::expected:
      return "expect " + range;
    case Claim::verified:
      return "verified " + range;
  }
  return "";
}

std::string describe_no_advice(const Verdict& verdict) {
  return verdict.idle ? "nothing: waiting for work is no fault of the program"
                      : "nothing that would give 1.05× or more";
}

std::string describe_sure(const Report& report) {
  std::string text = fmt::format("{} (", to_string(report.verdict.confidence));
  for (const std::string& reason : report.verdict.reasons) text += reason + ", ";
  text += fmt::format("tier {}", to_string(report.profile.tier));
  const std::string missing = describe_missing(report.profile);
  if (!missing.empty()) text += "; " + missing;
  return text + ")";
}

}  // namespace bottleneck
