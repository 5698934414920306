// The half of compare.h that looks into profiles: whether they were made alike, and what changed.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "src/analysis/compare.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

std::string file_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Two builds of one program lie in two folders; what they are told must be the same.
std::vector<std::string> without_folder(std::vector<std::string> command) {
  if (!command.empty()) command.front() = file_of(command.front());
  return command;
}

std::string quoted(const std::vector<std::string>& command) {
  return fmt::format("{}", fmt::join(command, " "));
}

/// With hardware counters or without: the rest of the tiers differ in what they see, not in what
/// they cost.
bool has_counters(const Profile& profile) { return profile.tier == Tier::A; }

std::string say_end(const Profile& profile, const char* side) {
  const Run& run = profile.this_run();
  if (run.timed_out) return fmt::format("{} was ended for its time", side);
  if (run.interrupted) return fmt::format("{} was interrupted", side);
  return "";
}

using FunctionKey = std::pair<std::string, std::string>;

struct Place {
  double seconds = 0;
  double hottest = 0;
  std::string file;
  int line = 0;
};

std::string name_of(const Location& at) {
  if (at.activity == Activity::syscall && !at.call.empty()) return at.call + " call";
  if (!at.function.empty()) return at.function;
  return at.module.empty() ? "unknown" : file_of(at.module);
}

std::map<FunctionKey, Place> sum_functions(const Profile& profile) {
  std::map<int, double> by_location;
  for (const CodeCell& cell : profile.timeline.code) by_location[cell.location] += cell.seconds;
  std::map<FunctionKey, Place> functions;
  for (const auto& [index, seconds] : by_location) {
    const Location& at = profile.locations.at(static_cast<std::size_t>(index));
    Place& place = functions[{name_of(at), file_of(at.module)}];
    place.seconds += seconds;
    if (seconds <= place.hottest) continue;
    place.hottest = seconds;
    place.file = at.file;
    place.line = at.line;
  }
  return functions;
}

void sort_by_change(std::vector<SecondsChange>& changes) {
  std::stable_sort(changes.begin(), changes.end(),
                   [](const SecondsChange& a, const SecondsChange& b) {
                     return std::abs(a.change_s()) > std::abs(b.change_s());
                   });
}

std::vector<SecondsChange> compare_classes(const Report& base, const Report& head) {
  std::vector<SecondsChange> changes;
  const auto seconds = [](const Report& report, Bottleneck kind) {
    const auto found = report.shares.find(kind);
    return found == report.shares.end() ? 0 : found->second * report.profile.this_run().wall_s;
  };
  for (const Bottleneck kind : all_bottlenecks()) {
    if (!base.shares.contains(kind) && !head.shares.contains(kind)) continue;
    changes.push_back(
        {std::string(to_string(kind)), "", "", 0, seconds(base, kind), seconds(head, kind)});
  }
  sort_by_change(changes);
  return changes;
}

/// The module of the launched program itself: two builds may have two names.
std::string own_module(const Profile& profile) {
  return profile.processes.empty() ? "" : file_of(profile.processes.front().executable);
}

std::vector<SecondsChange> compare_functions(const Profile& base, const Profile& head) {
  const std::string base_own = own_module(base), head_own = own_module(head);
  std::map<FunctionKey, SecondsChange> all;
  for (const auto& [key, place] : sum_functions(base)) {
    const FunctionKey as_head{key.first, key.second == base_own ? head_own : key.second};
    all[as_head] = {key.first, key.second, place.file, place.line, place.seconds, 0};
  }
  for (const auto& [key, place] : sum_functions(head)) {
    SecondsChange& change = all[key];
    change = {key.first, key.second, place.file, place.line, change.base_s, place.seconds};
  }
  std::vector<SecondsChange> changes;
  for (auto& [key, change] : all) changes.push_back(std::move(change));
  sort_by_change(changes);
  if (changes.size() > most_compared_functions) changes.resize(most_compared_functions);
  return changes;
}

void take_verdict(ComparedSide& side, const Report& report) {
  side.profiled = true;
  side.profiled_s = report.profile.this_run().wall_s;
  side.mixed = report.verdict.mixed;
  side.kind = report.verdict.kind;
  side.detail = report.verdict.detail;
  side.parallelism = report.verdict.parallelism;
}

}  // namespace

std::vector<std::string> find_obstacles(const Profile& base, const Profile& head) {
  std::vector<std::string> found;
  const auto differ = [&](const char* what, const std::string& one, const std::string& other) {
    if (one != other)
      found.push_back(fmt::format("another {}: base {}, head {}", what, one.empty() ? "none" : one,
                                  other.empty() ? "none" : other));
  };
  const auto quota = [](const Machine& machine) {
    return machine.cpu_quota ? fmt::format("{:.2f} CPUs", *machine.cpu_quota) : std::string("none");
  };
  const auto devices = [](const Profile& profile) {
    std::vector<std::string> names;
    for (const GpuDevice& device : profile.gpu.devices) names.push_back(device.name);
    return quoted(names);
  };
  differ("CPU model", base.machine.cpu_model, head.machine.cpu_model);
  differ("kernel", base.machine.kernel, head.machine.kernel);
  differ("number of CPUs", fmt::format("{}", base.machine.cpus_allowed),
         fmt::format("{}", head.machine.cpus_allowed));
  differ("CPU quota", quota(base.machine), quota(head.machine));
  differ("GPU", devices(base), devices(head));
  differ("set of counters", has_counters(base) ? "hardware" : "none",
         has_counters(head) ? "hardware" : "none");
  differ("command", quoted(without_folder(base.target.command)),
         quoted(without_folder(head.target.command)));
  differ("environment", quoted(base.target.environment), quoted(head.target.environment));
  for (const auto& [profile, side] : {std::pair(&base, "base"), std::pair(&head, "head")})
    if (std::string end = say_end(*profile, side); !end.empty()) found.push_back(std::move(end));
  return found;
}

void explain_change(Comparison& all, const Report& base, const Report& head) {
  take_verdict(all.base, base);
  take_verdict(all.head, head);
  all.classes = compare_classes(base, head);
  all.functions = compare_functions(base.profile, head.profile);
}

}  // namespace bottleneck
