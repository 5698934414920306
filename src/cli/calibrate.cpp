#include "src/cli/calibrate.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "probes/ceilings/cache.h"
#include "probes/ceilings/ceilings.h"
#include "reports/machine.h"
#include "src/analysis/analyze.h"
#include "src/analysis/costs.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

/// A shorter run is not worth a second of measuring behind it. Source: the issue of this command.
constexpr double shortest_calibrated_s = 2;
constexpr double budget_s = 0.9;  // of 1 s, its start and end included

bool has_value(const Measurement& one) { return std::holds_alternative<Quantity>(one.result); }

/// Of what was asked for, what has a figure now.
std::string name_measured(const Profile& profile, const std::vector<std::string>& asked) {
  std::string all;
  for (const std::string& name : asked)
    if (value_of(profile.ceilings, name)) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "nothing in the time there was" : all;
}

/// Adds them to the partial set of this machine, for later runs; figures of a loaded moment are not
/// worth keeping. Whether they are kept. What could not be measured is asked for again next time.
bool keep(const std::vector<Measurement>& measured, CeilingSet set) {
  if (is_disturbed(measured)) return false;
  set.partial = true;
  const std::size_t before = set.ceilings.size();
  std::copy_if(
      measured.begin(), measured.end(), std::back_inserter(set.ceilings),
      [](const Measurement& one) { return has_value(one) && !one.name.starts_with("machine."); });
  return set.ceilings.size() > before && keep_ceilings(ceilings_cache_path(), set).empty();
}

void measure(Profile& profile, const std::vector<std::string>& names, CeilingSet set) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Measurement> measured;
  try {
    measured = measure_ceilings({names, false, budget_s, ""}, [](const Measurement&) {});
  } catch (const Error& error) {
    profile.notes.push_back(
        fmt::format("costs are published figures: {} ({}); {}", error.what, error.why, error.fix));
    return;
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  const bool kept = keep(measured, std::move(set));
  profile.ceilings.insert(profile.ceilings.end(), measured.begin(), measured.end());
  profile.notes.push_back(fmt::format(
      "measured on this machine after the run, in {:.1f} s: {}{}; bottleneck machine keeps all "
      "there are",
      spent.count(), name_measured(profile, names), kept ? ", and kept for later runs" : ""));
}

}  // namespace

Fingerprint fingerprint_here() { return read_fingerprint(System{}, BOTTLENECK_VERSION); }

void add_ceilings(Profile& profile, bool may_measure) {
  CeilingSet empty;
  empty.fingerprint = fingerprint_here();
  empty.partial = true;
  KeptCeilings kept = load_ceilings(ceilings_cache_path(), empty.fingerprint);
  CeilingSet set = kept.set ? std::move(*kept.set) : std::move(empty);
  leave_foreign_storage(set, device_of(profile.target.directory));
  profile.ceilings = set.ceilings;
  const Run& run = profile.this_run();
  if (!set.partial || !may_measure || run.wall_s < shortest_calibrated_s || run.interrupted) return;
  std::vector<std::string> names = ceilings_asked_for(analyze(profile));
  std::erase_if(names, [&](const std::string& name) { return value_of(set.ceilings, name); });
  if (!names.empty()) measure(profile, names, std::move(set));
}

}  // namespace bottleneck
