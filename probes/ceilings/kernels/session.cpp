#include "probes/ceilings/kernels/session.h"

#include <algorithm>
#include <cassert>
#include <system_error>

#include <fmt/format.h>

#include "probes/ceilings/kernels/disturbance.h"
#include "probes/ceilings/kernels/slices.h"

namespace bottleneck::ceilings {
namespace {

/// The full set is measured so often, at different times: what differs then differs between runs.
constexpr int full_rounds = 3;
/// What no figure's measuring may go below, or its slices say nothing. Source: a choice, as is the
/// next one.
constexpr double least_scale = 0.1;
/// For starting threads, touching memory and writing files, which the wanted times leave out.
constexpr double share_for_slices = 0.7;

}  // namespace

Figures all_figures(const Surroundings& around) {
  Figures figures;
  add_compute(figures, around);
  add_kernel(figures);
  add_locks(figures);
  add_bandwidth(figures, around);
  add_latency(figures, around);
  add_scaling(figures, around);
  add_storage(figures);
  add_gpu(figures);
  add_huge_pages(figures);
  return figures;
}

Session::Session(Surroundings around, Request request, Teller tell, Figures figures)
    : around_(std::move(around)),
      request_(std::move(request)),
      tell_(std::move(tell)),
      figures_(std::move(figures)),
      started_(wall_seconds()) {}

bool Session::is_wanted(const Figure& figure) const {
  if (request_.names.empty()) return request_.full || figure.quick_s > 0;
  return std::any_of(request_.names.begin(), request_.names.end(),
                     [&](const std::string& begin) { return figure.name.starts_with(begin); });
}

double Session::time_for(const Figure& figure) const {
  const double wanted = request_.full || figure.quick_s == 0 ? figure.full_s : figure.quick_s;
  return wanted * scale_;
}

void Session::run() {
  const Disturbance disturbance(around_.cpus);
  std::vector<const Figure*> wanted;
  double seconds = 0;
  for (const Figure& figure : figures_)
    if (is_wanted(figure)) wanted.push_back(&figure), seconds += time_for(figure);
  const int rounds = request_.full ? full_rounds : 1;
  if (seconds > 0)
    scale_ =
        std::clamp(share_for_slices * request_.budget_s / (seconds * rounds), least_scale, 1.0);
  for (round_ = 1; round_ <= rounds; ++round_)
    for (const Figure* one : wanted) {
      const bool over = wall_seconds() - started_ > request_.budget_s;
      if (over && round_ > 1) break;
      const double before = wall_seconds();
      const Measurement measured =
          over ? Measurement{one->name,
                             Unavailable{fmt::format("the time for measuring ({:g} s) was over",
                                                     request_.budget_s),
                                         "bottleneck machine --full"},
                             "ceilings"}
               : figure(one->name);
      tell_(measured, wall_seconds() - before);
    }
  tell_(disturbance.measure(), wall_seconds() - started_);
}

Measurement Session::figure(const std::string& name) {
  Kept& kept = kept_[name];
  if (round_ > 0 && kept.round == round_) return kept.measurement;
  kept.round = round_;
  const auto found = std::find_if(figures_.begin(), figures_.end(),
                                  [&](const Figure& one) { return one.name == name; });
  assert(found != figures_.end());
  return kept.measurement = measure(*found);
}

double Session::highest_clock() {
  constexpr double tolerance = 1.1;  // it may be higher in one slice than when it was measured
  const Measurement clock = figure("compute.clock");
  const auto* quantity = std::get_if<Quantity>(&clock.result);
  return quantity ? quantity->high * tolerance : std::numeric_limits<double>::infinity();
}

Measurement Session::measure(const Figure& figure) {
  Outcome outcome;
  try {
    outcome = figure.measure(*this, time_for(figure));
  } catch (const Unavailable& why) {
    outcome = why;
  } catch (const std::bad_alloc&) {
    outcome = Unavailable{"there is no memory for it", "ulimit -v unlimited"};
  } catch (const std::system_error& error) {
    outcome = Unavailable{fmt::format("a thread cannot be started ({})", error.what()),
                          "ulimit -u unlimited"};
  }
  if (const auto* why = std::get_if<Unavailable>(&outcome)) return {figure.name, *why, "ceilings"};
  if (const auto* derived = std::get_if<Derived>(&outcome))
    return {figure.name, derived->quantity, "ceilings: " + derived->what};
  return conclude(figure.name, std::get<Samples>(outcome));
}

Measurement Session::conclude(const std::string& name, const Samples& samples) {
  if (samples.values.empty())
    return {name, Unavailable{"its clock saw none of the repeats", ""}, "ceilings"};
  Kept& kept = kept_[name];
  kept.rounds.push_back(samples.values);
  const Quantity quantity = estimate(kept.rounds, samples.best, samples.unit, samples.least_margin);
  std::size_t slices = 0;
  for (const auto& round : kept.rounds) slices += round.size();
  const std::string source = fmt::format(
      "ceilings: {}, best tenth of {} slices{}", samples.what, slices,
      around_.cpu_quota ? fmt::format("; beside a quota of {:g} CPUs", *around_.cpu_quota) : "");
  if (quantity.value > samples.possible)
    return {
        name,
        Unavailable{fmt::format("self-check failed: {:.3g} is more than this CPU can do ({:.3g})",
                                quantity.value, samples.possible),
                    ""},
        source};
  return {name, quantity, source};
}

MemoryPool& Session::pool() {
  if (pool_) return *pool_;
  // STREAM's rule: each of three arrays at least 4 times the last-level cache. A quick look takes
  // so much in all: the first touch of memory costs a virtual machine up to 1 s per 256 MB.
  constexpr std::size_t arrays = 3, times_cache = 4;
  constexpr std::size_t least = 64u << 20;
  constexpr std::size_t quick_most = 256u << 20;
  constexpr std::size_t full_most = std::size_t{6} << 30;
  constexpr std::size_t under_quota = 64u << 20;  // touching it is throttled too
  std::size_t bytes = times_cache * around_.last_level() * (request_.full ? arrays : 1);
  bytes = std::clamp(bytes, least, request_.full ? full_most : quick_most);
  bytes = std::min<std::size_t>(bytes, around_.memory_bytes);
  if (around_.cpu_quota && *around_.cpu_quota < 1) bytes = std::min(bytes, under_quota);
  pool_ = std::make_unique<MemoryPool>(bytes);
  return *pool_;
}

}  // namespace bottleneck::ceilings
