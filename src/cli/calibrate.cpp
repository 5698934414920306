#include "src/cli/calibrate.h"

#include <chrono>

#include <fmt/format.h>

#include "probes/ceilings/cache.h"
#include "probes/ceilings/ceilings.h"
#include "src/analysis/analyze.h"
#include "src/analysis/costs.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

/// A shorter run is not worth a second of measuring behind it. Source: the issue of this command.
constexpr double shortest_calibrated_s = 2;
constexpr double budget_s = 0.9;  // of 1 s, its start and end included

/// Of what was asked for, what has a figure now.
std::string name_measured(const Profile& profile, const std::vector<std::string>& asked) {
  std::string all;
  for (const std::string& name : asked)
    if (value_of(profile.ceilings, name)) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "nothing in the time there was" : all;
}

void measure(Profile& profile, const std::vector<std::string>& names) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    profile.ceilings = measure_ceilings({names, false, budget_s, ""}, [](const Measurement&) {});
  } catch (const Error& error) {
    profile.notes.push_back(
        fmt::format("costs are published figures: {} ({}); {}", error.what, error.why, error.fix));
    return;
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  profile.notes.push_back(
      fmt::format("measured on this machine after the run, in {:.1f} s: {}; bottleneck machine "
                  "keeps them all for later runs",
                  spent.count(), name_measured(profile, names)));
}

}  // namespace

Fingerprint fingerprint_here() { return read_fingerprint(System{}, BOTTLENECK_VERSION); }

void add_ceilings(Profile& profile, bool may_measure) {
  KeptCeilings kept = load_ceilings(ceilings_cache_path(), fingerprint_here());
  if (kept.set) {
    leave_foreign_storage(*kept.set, device_of(profile.target.directory));
    profile.ceilings = std::move(kept.set->ceilings);
    return;
  }
  const Run& run = profile.this_run();
  if (!may_measure || run.wall_s < shortest_calibrated_s || run.interrupted) return;
  const std::vector<std::string> names = ceilings_asked_for(analyze(profile));
  if (!names.empty()) measure(profile, names);
}

}  // namespace bottleneck
