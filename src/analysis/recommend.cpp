#include "src/analysis/recommend.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "src/analysis/advice.h"
#include "src/analysis/costs.h"
#include "src/analysis/loop_advice.h"
#include "src/analysis/words.h"
#include "src/core/runtimes.h"

namespace bottleneck {
namespace {

using enum Bottleneck;

double share_alone(const Evidence& evidence) {
  double seconds = 0;
  for (const Slice& slice : evidence.slices)
    if (slice.alone && is_own_code(slice.kind.kind)) seconds += slice.seconds;
  return evidence.wall_s > 0 ? seconds / evidence.wall_s : 0;
}

Prediction bound(double speedup, std::string model, std::string assumption) {
  Prediction prediction;
  prediction.speedup = {speedup, 1.0, speedup, Unit::ratio};
  prediction.model = std::move(model);
  prediction.assumptions = {std::move(assumption)};
  return prediction;
}

/// Reads cannot end before storage has given their bytes, however many are under way; where its
/// rate was measured.
std::optional<Prediction> bound_reads(const Profile& profile, const Evidence& evidence,
                                      double share, const std::string& assumption) {
  const auto rate = best_read_rate(profile);
  auto bytes = value_of(profile.measurements, "io.read_bytes");
  if (!rate || !bytes || evidence.wall_s <= 0) return std::nullopt;
  const double least = std::min(share, *bytes / *rate / evidence.wall_s);
  if (least <= 0) return std::nullopt;
  Prediction prediction =
      bound(amdahl(share, share / least),
            fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.2f}: {} at {}/s, measured here",
                        share, share / least, say_bytes(*bytes), say_bytes(*rate)),
            assumption);
  prediction.assumptions.emplace_back("the files lie on the storage that was measured");
  return prediction;
}

Prediction predict(const Profile& profile, const Evidence& evidence, const Advice& row,
                   double share) {
  const std::string assumption{row.assumption};
  if (row.kind.kind == io_read && row.shrink == Shrink::vanish)
    if (auto reads = bound_reads(profile, evidence, share, assumption)) return *reads;
  switch (row.shrink) {
    case Shrink::vanish:
      return bound(amdahl(share, std::numeric_limits<double>::infinity()),
                   fmt::format("1 / (1 - p), p = {:.3f}", share), assumption);
    case Shrink::overlap: {
      // The time that nothing explains may be neither hidden nor shortened.
      const double unknown = evidence.share_of(unattributed);
      const double larger = std::max(share, 1 - share - unknown) + unknown;
      return bound(1 / std::max(larger, least_rest),
                   fmt::format("1 / max(p, 1 - p), p = {:.3f}", share), assumption);
    }
    case Shrink::queue: {
      const double saved = evidence.wall_s > 0 ? evidence.lock_saved_s / evidence.wall_s : 0;
      return bound(
          amdahl(saved, std::numeric_limits<double>::infinity()),
          fmt::format("sum of t q / (W + q) over the instants with a queue: {:.3f} of the time",
                      saved),
          assumption);
    }
    case Shrink::spread: {
      const double alone = share_alone(evidence);
      return bound(amdahl(alone, evidence.cpus),
                   fmt::format("1 / ((1 - p) + p / n), p = {:.3f} alone on a CPU, n = {}", alone,
                               evidence.cpus),
                   assumption);
    }
    case Shrink::share_bandwidth:
    case Shrink::lanes:
    case Shrink::issue:
      break;  // predict_loop's
  }
  return {};
}

/// Of this kind, while no other thread worked: only that can be spread.
double seconds_alone(const Evidence& evidence, Kind kind) {
  double seconds = 0;
  for (const Slice& slice : evidence.slices)
    if (slice.alone && slice.kind == kind) seconds += slice.seconds;
  return seconds;
}

/// p is the part of the finding that is in loops of this kind: the factor is the hottest one's.
std::optional<Prediction> predict_loop(const Profile& profile, const Evidence& evidence,
                                       const std::vector<HotLoop>& loops, const Advice& row,
                                       const Finding& finding) {
  const Kind kind{finding.kind, finding.detail};
  const HotLoop* loop = main_loop(loops, kind);
  if (!loop) return std::nullopt;
  const auto gain = gain_of(profile, *loop, row.shrink);
  if (!gain) return std::nullopt;
  const double seconds = row.shrink == Shrink::share_bandwidth ? seconds_alone(evidence, kind)
                                                               : evidence.seconds_of(kind);
  const double share = evidence.wall_s > 0 ? seconds / evidence.wall_s : 0;
  return bound(amdahl(share, gain->factor),
               fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = {:.2f}: {}", share, gain->factor,
                           gain->because),
               std::string(row.assumption));
}

bool needs_loop(Shrink shrink) {
  return shrink == Shrink::lanes || shrink == Shrink::issue || shrink == Shrink::share_bandwidth;
}

bool runs_interpreted(const Profile& profile, const Where& where) {
  for (const Process& process : profile.processes)
    if (is_interpreter(process.executable) &&
        (where.process.empty() || process.name == where.process))
      return true;
  return false;
}

/// What the report says after this slice is gone.
std::string name_next(const std::vector<Finding>& findings, Bottleneck gone) {
  for (const Finding& finding : findings)
    if (finding.kind != gone && finding.share > 0)
      return fmt::format("{}, {} of the present time", to_string(finding.kind),
                         say_share(finding.share));
  return "nothing that was seen";
}

Recommendation from_row(const Profile& profile, const Evidence& evidence, const Advice& row,
                        const Finding& finding, const std::vector<Finding>& findings) {
  Recommendation advice;
  advice.family = row.family;
  advice.remedy = row.remedy;
  advice.action = row.action;
  advice.where = finding.where;
  advice.why =
      fmt::format("{} of the time is {}", say_share(finding.share), to_string(finding.kind));
  if (finding.detail != Detail::none) advice.why += fmt::format(", {}", to_string(finding.detail));
  if (!finding.note.empty()) advice.why += ": " + finding.note;
  for (std::string_view step : row.how) advice.how.emplace_back(step);
  if (row.shrink == Shrink::spread && runs_interpreted(profile, finding.where))
    advice.how.insert(advice.how.begin(),
                      "an interpreter: use processes, or move the loop into native code, since "
                      "its threads may take turns");
  advice.prediction = predict(profile, evidence, row, finding.share);
  advice.next_limit = row.shrink == Shrink::spread
                          ? "memory bandwidth and whatever cannot be shared"
                          : name_next(findings, finding.kind);
  return advice;
}

/// Threads that spin keep CPUs from those that work; switches between too many cost time of their
/// own.
Recommendation fewer_threads(const Evidence& evidence, const Verdict& verdict,
                             const ParallelismReport& parallelism) {
  const double switching = evidence.seconds_of(Kind{kernel, Detail::switches});
  const double wall = evidence.wall_s;
  const double spun = std::min(evidence.spun_s / evidence.cpus, wall);
  const double lost = wall > 0 ? std::min(1.0, (switching + spun) / wall) : 0;
  Recommendation advice;
  advice.family = Family::threads;
  advice.remedy = Remedy::fewer_threads;
  advice.action = fmt::format("no more than {} threads", evidence.cpus);
  advice.where = verdict.where;
  advice.why = parallelism.why;
  advice.how = {"OpenMP: OMP_NUM_THREADS; make -j, a pool's size: the number of CPUs",
                "OMP_WAIT_POLICY=passive, so that waiting threads leave their CPU",
                "libraries with threads of their own inside threads: set theirs to 1"};
  advice.prediction = bound(amdahl(lost, std::numeric_limits<double>::infinity()),
                            fmt::format("1 / (1 - p), p = {:.3f} in switches and spinning", lost),
                            "all of the switching and spinning comes from too many threads");
  advice.next_limit = fmt::format("the {} CPUs", evidence.cpus);
  return advice;
}

Recommendation balance(const Evidence& evidence, const Verdict& verdict,
                       const ParallelismReport& parallelism, const Imbalance& team) {
  Recommendation advice;
  advice.family = Family::parallelize;
  advice.remedy = Remedy::share_evenly;
  advice.action = "share the work out evenly";
  advice.where = verdict.where;
  advice.why = parallelism.why;
  advice.how = {
      "smaller pieces, taken from one queue: schedule(dynamic), work stealing, xargs -P with fewer "
      "files each",
      "the largest pieces first"};
  // Never better than all CPUs busy all the time.
  const double all_busy = parallelism.average > 0 ? evidence.cpus / parallelism.average : 1;
  advice.prediction =
      bound(std::min(amdahl(team.share, team.ratio), std::max(1.0, all_busy)),
            fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = max / mean = {:.2f}", team.share,
                        team.ratio),
            "the work can be cut into pieces of any size");
  advice.next_limit = fmt::format("the {} CPUs", evidence.cpus);
  return advice;
}

}  // namespace

double amdahl(double p, double s) {
  const double part = std::clamp(p, 0.0, 1.0);
  return 1 / std::max(least_rest, (1 - part) + part / s);
}

std::vector<Recommendation> recommend(const Profile& profile, const Evidence& evidence,
                                      const Verdict& verdict, const std::vector<Finding>& findings,
                                      const ParallelismReport& parallelism, const Imbalance& team,
                                      const std::vector<HotLoop>& loops) {
  if (verdict.idle || evidence.wall_s < shortest_advised_s) return {};
  std::vector<Recommendation> all;
  for (const Finding& finding : findings)
    for (const Advice* row : advice_for({finding.kind, finding.detail})) {
      Recommendation one = from_row(profile, evidence, *row, finding, findings);
      if (needs_loop(row->shrink)) {
        auto prediction = predict_loop(profile, evidence, loops, *row, finding);
        if (!prediction) continue;
        one.prediction = std::move(*prediction);
      }
      all.push_back(std::move(one));
    }
  if (parallelism.word == Parallelism::oversubscribed)
    all.push_back(fewer_threads(evidence, verdict, parallelism));
  if (parallelism.word == Parallelism::imbalanced)
    all.push_back(balance(evidence, verdict, parallelism, team));
  std::erase_if(
      all, [](const Recommendation& one) { return one.prediction.speedup.value < least_gain; });
  std::stable_sort(all.begin(), all.end(), [](const Recommendation& a, const Recommendation& b) {
    return a.prediction.speedup.value > b.prediction.speedup.value;
  });
  return all;
}

}  // namespace bottleneck
