#include "src/analysis/recommend.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "src/analysis/advice.h"
#include "src/analysis/core_limits.h"
#include "src/analysis/predict.h"
#include "src/analysis/words.h"
#include "src/core/runtimes.h"

namespace bottleneck {
namespace {

using enum Bottleneck;

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

Recommendation from_row(const Profile& profile, const Advice& row, const Finding& finding,
                        const std::vector<Finding>& findings, Foreseen foreseen) {
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
  advice.claim = foreseen.claim;
  advice.prediction = std::move(foreseen.prediction);
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
  const double wall = quiet_s(evidence);
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
  const double least = amdahl(lost, std::numeric_limits<double>::infinity());
  // Each hand-over is made of calls, too: at most all that the kernel does goes with them.
  const double calls = wall > 0 ? evidence.seconds_of(kernel) / wall : 0;
  const double most = std::clamp(calls + (wall > 0 ? spun / wall : 0), lost, 1.0);
  advice.claim = Claim::conditional;
  advice.prediction = {between(least, amdahl(most, std::numeric_limits<double>::infinity()), 0),
                       fmt::format("1 / (1 - p), from p = {:.3f} in switches and spinning to p = "
                                   "{:.3f} with all calls",
                                   lost, most),
                       {"all of the switching and spinning comes from too many threads"}};
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
      bound_of(std::min(amdahl(team.share, team.ratio), std::max(1.0, all_busy)),
               fmt::format("1 / ((1 - p) + p / s), p = {:.3f}, s = max / mean = {:.2f}", team.share,
                           team.ratio),
               "the work can be cut into pieces of any size");
  advice.next_limit = fmt::format("the {} CPUs", evidence.cpus);
  return advice;
}

/// What is read stays in the core's own cache until it has been worked on, beside the page that it
/// came from and what is made of it: a quarter of L2. Below 64 kB the calls cost more than a tenth
/// of the copy (0.2 to 1 us a call, 10 GB/s: research/prediction.md section 1).
double pick_piece(const Profile& profile) {
  constexpr double parts_of_l2 = 4, least = 64 << 10;
  const double fits = limits_of(profile).l2_bytes / parts_of_l2;
  return std::max(least, std::exp2(std::floor(std::log2(std::max(fits, 1.0)))));
}

/// What a run needs that died at a limit. How much memory pieces take, nobody can tell from
/// outside.
Recommendation complete_in_pieces(const Profile& profile, const Verdict& verdict,
                                  const std::vector<Finding>& findings) {
  const Advice& row = *advice_for({memory_capacity, Detail::limit}).front();
  Finding finding;
  finding.kind = verdict.kind;
  finding.where = verdict.where;
  Foreseen foreseen{Claim::conditional, {exactly(1, Unit::ratio), "", {}}};
  foreseen.prediction.model = "none: a run that dies has no time to compare with";
  foreseen.prediction.assumptions = {"the data can be worked on piece by piece",
                                     "peak memory: the size of a piece"};
  Recommendation advice = from_row(profile, row, finding, findings, std::move(foreseen));
  advice.promise = "completes";
  advice.why = verdict.sentence;
  advice.piece_bytes = pick_piece(profile);
  advice.how.insert(advice.how.begin(),
                    fmt::format("pieces of {:.0f} KiB: a quarter of a core's second-level cache",
                                advice.piece_bytes / 1024));
  return advice;
}

/// All code that can be spread is in one recommendation, whatever limits its parts.
bool is_named(const std::vector<Recommendation>& all, Remedy remedy) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Recommendation& one) { return one.remedy == remedy; });
}

/// By gain: the middle of the interval; a bound says 1 to itself, of which the middle is its root.
double rank_of(const Recommendation& one) {
  return std::sqrt(one.prediction.speedup.low * one.prediction.speedup.high);
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
  if (!verdict.ended_by.empty()) return {complete_in_pieces(profile, verdict, findings)};
  if (verdict.idle || evidence.wall_s < shortest_advised_s) return {};
  std::vector<Recommendation> all;
  for (const Finding& finding : findings)
    for (const Advice* row : advice_for({finding.kind, finding.detail})) {
      const bool whole_run = row->shrink == Shrink::spread || row->shrink == Shrink::fewer_waits;
      if (whole_run && is_named(all, row->remedy)) continue;
      auto foreseen = foresee(profile, evidence, loops, *row, finding);
      if (!foreseen) continue;
      all.push_back(from_row(profile, *row, finding, findings, std::move(*foreseen)));
    }
  if (parallelism.word == Parallelism::oversubscribed)
    all.push_back(fewer_threads(evidence, verdict, parallelism));
  if (parallelism.word == Parallelism::imbalanced)
    all.push_back(balance(evidence, verdict, parallelism, team));
  std::erase_if(
      all, [](const Recommendation& one) { return one.prediction.speedup.value < least_gain; });
  std::stable_sort(all.begin(), all.end(), [](const Recommendation& a, const Recommendation& b) {
    return rank_of(a) > rank_of(b);
  });
  return all;
}

}  // namespace bottleneck
