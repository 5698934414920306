#include "src/analysis/hot_loops.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "src/analysis/loop_rules.h"
#include "src/analysis/rules.h"
#include "src/core/runtimes.h"

namespace bottleneck {
namespace {

/// One core and all of a small cloud machine, where nothing was measured. Source: pmuless.md
/// section 7: 10.9 GB/s read, 16 to 17 GB/s triad with its write-allocate, one thread.
constexpr double published_bytes_per_s = 12e9;

/// A mix of the ceilings and what of its bus traffic its figure counts: STREAM's counting leaves
/// out the lines that are read before they are overwritten.
struct MixCeiling {
  const char* name;
  double traffic;
};
constexpr MixCeiling reads{"memory.read", 1}, triad{"memory.triad", 4.0 / 3},
    writes{"memory.write", 2}, around_cache{"memory.copy_nt", 1}, fills{"memory.fill_rep", 1};

/// Of the streams that go to memory; what stays in the cache asks nothing of it.
const MixCeiling& mix_of(const Profile& profile, const LoopEvidence& evidence) {
  const double l2_bytes = limits_of(profile).l2_bytes;
  double read = 0, stored = 0, around = 0;
  for (const Stream& one : evidence.streams) {
    if (one.spread <= 2 * l2_bytes) continue;
    if (one.non_temporal)
      around += one.traffic;
    else
      (one.stores ? stored : read) += one.traffic;
  }
  if (around > stored) return read > around / 4 ? around_cache : fills;
  if (stored <= 0) return reads;
  return read > stored / 4 ? triad : writes;
}

std::optional<double> measured(const Profile& profile, const MixCeiling& mix, int threads) {
  const auto value = value_of(profile.ceilings, fmt::format("{}_{}", mix.name, threads));
  return value && *value > 0 ? std::optional(*value * mix.traffic) : std::nullopt;
}

/// How many threads were in user code at once, on average while any was.
int threads_at_once(const Profile& profile) {
  double seconds = 0, thread_seconds = 0;
  for (const WorkCell& cell : profile.timeline.work) {
    thread_seconds += cell.seconds;
    seconds += cell.seconds / std::max(1, cell.instant.working);
  }
  const double average = seconds > 0 ? thread_seconds / seconds : 1;
  return std::clamp(static_cast<int>(std::lround(average)), 1, std::max(1, profile.machine.cpus()));
}

}  // namespace

Ceiling memory_ceiling(const Profile& profile, const LoopEvidence& evidence, int threads) {
  const MixCeiling& mix = mix_of(profile, evidence);
  if (const auto exact = measured(profile, mix, threads)) return {*exact, true};
  // Between one thread and all, in a straight line: a choice that errs on the low side, since the
  // curve bends at its upper end (prediction.md section 1, kappa).
  const int all = std::max(1, profile.machine.cpus());
  const auto one = measured(profile, mix, 1), most = measured(profile, mix, all);
  if (one && most && all > 1) return {*one + (*most - *one) * (threads - 1) / (all - 1), true};
  if (one) return {*one, true};
  return {published_bytes_per_s * threads, false};
}

std::vector<std::string> ceilings_of_mix(const Profile& profile, const LoopEvidence& evidence) {
  const char* name = mix_of(profile, evidence).name;
  std::vector<std::string> names = {fmt::format("{}_1", name)};
  if (profile.machine.cpus() > 1)
    names.push_back(fmt::format("{}_{}", name, profile.machine.cpus()));
  return names;
}

HotLoops::HotLoops(const Profile& profile) : of_location_(profile.locations.size(), -1) {
  const CoreLimits core = limits_of(profile);
  const int threads = threads_at_once(profile);
  for (std::size_t i = 0; i < profile.hot_code.size(); ++i) {
    const HotCode& code = profile.hot_code[i];
    LoopFacts facts;
    facts.evidence = examine(code, core);
    facts.core = core;
    facts.loop = code.loop;
    facts.interpreted = is_interpreter_code(code.module);
    const Ceiling together = memory_ceiling(profile, facts.evidence, threads);
    facts.ceiling = together.bytes_per_s / threads;
    facts.ceiling_measured = together.measured;
    facts_.push_back(std::move(facts));
    for (const int location : code.locations)
      of_location_.at(static_cast<std::size_t>(location)) = static_cast<int>(i);
  }
}

const LoopFacts* HotLoops::at(int location) const {
  const int index = of_location_.at(static_cast<std::size_t>(location));
  return index < 0 ? nullptr : &facts_[static_cast<std::size_t>(index)];
}

double own_work_s(const Profile& profile) {
  double seconds = 0;
  for (const CodeCell& cell : profile.timeline.code) {
    const Location& place = profile.locations.at(static_cast<std::size_t>(cell.location));
    if (place.activity == Activity::user && place.role == Role::work) seconds += cell.seconds;
  }
  return seconds;
}

double widest_sweep(const LoopEvidence& evidence) {
  double widest = 0;
  for (const Stream& one : evidence.streams) widest = std::max(widest, one.spread);
  return widest;
}

std::vector<HotLoop> describe_hot_loops(const Profile& profile, const HotLoops& loops) {
  std::map<int, double> seconds;
  for (const CodeCell& cell : profile.timeline.code) {
    const Location& place = profile.locations.at(static_cast<std::size_t>(cell.location));
    if (place.activity == Activity::user && place.role == Role::work)
      seconds[cell.location] += cell.seconds;
  }
  const double user_s = own_work_s(profile);
  std::vector<HotLoop> all;
  for (std::size_t i = 0; i < loops.all().size(); ++i) {
    const LoopFacts& facts = loops.all()[i];
    HotLoop one;
    one.code = static_cast<int>(i);
    for (const int location : profile.hot_code[i].locations) one.share += seconds[location];
    one.share = user_s > 0 ? one.share / user_s : 0;
    Facts asked;
    asked.activity = Activity::user;
    asked.loop = &facts;
    const Rule& rule = classify(asked);
    one.kind = rule.kind.kind;
    one.detail = rule.kind.detail;
    one.confidence = sureness_of(facts, rule.kind);
    one.because = rule.because;
    one.contradicts = rule.contradicts;
    one.evidence = facts.evidence;
    one.memory_ceiling = facts.ceiling;
    one.ceiling_measured = facts.ceiling_measured;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace bottleneck
