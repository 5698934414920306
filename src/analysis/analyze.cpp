#include "src/analysis/analyze.h"

#include <algorithm>

#include "src/analysis/confidence.h"
#include "src/analysis/gpu_words.h"
#include "src/analysis/loop_advice.h"
#include "src/analysis/memory_limit.h"
#include "src/analysis/parallelism.h"
#include "src/analysis/phases.h"
#include "src/analysis/places.h"
#include "src/analysis/recommend.h"
#include "src/analysis/verdict.h"
#include "src/analysis/words.h"

namespace bottleneck {
namespace {

Finding make_finding(const Profile& profile, const Evidence& evidence, const Figures& figures,
                     const std::vector<HotLoop>& loops, Bottleneck kind, double share) {
  Finding finding;
  finding.kind = kind;
  finding.detail = main_detail(evidence, kind);
  finding.share = share;
  const Sureness sure = judge_confidence(profile, evidence, {kind, finding.detail}, share, false);
  finding.confidence = sure.word;
  if (const auto found = evidence.supports.find(kind); found != evidence.supports.end())
    finding.supports = found->second;
  if (std::string events = say_events(profile, figures, kind, finding.detail); !events.empty())
    finding.supports.push_back(std::move(events));
  if (const auto found = evidence.contradicts.find(kind); found != evidence.contradicts.end())
    finding.contradicts = found->second;
  if (const HotLoop* loop = main_loop(loops, {kind, finding.detail}))
    if (std::string said = say_loop(profile, *loop); !said.empty())
      finding.supports.insert(finding.supports.begin(), std::move(said));
  finding.note = say_note(profile, evidence, figures, kind, finding.detail);
  finding.where = find_where(profile, evidence, kind);
  return finding;
}

std::vector<Finding> make_findings(const Report& report, const Profile& profile,
                                   const Evidence& evidence, const Figures& figures) {
  std::vector<Finding> findings;
  for (const auto& [kind, share] : report.shares)
    if (share > 0)
      findings.push_back(make_finding(profile, evidence, figures, report.hot_loops, kind, share));
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.share > b.share; });
  return findings;
}

/// What was observed and does not matter, with the figure that says so.
std::vector<RuledOut> rule_out(const Report& report, const Evidence& evidence,
                               const Figures& figures) {
  std::vector<RuledOut> out;
  for (const auto& [kind, share] : report.shares) {
    if (kind == Bottleneck::unattributed || kind == report.verdict.kind || share >= matters_share)
      continue;
    if (std::count(report.verdict.top.begin(), report.verdict.top.end(), kind)) continue;
    if (is_gpu_class(kind) && evidence.gpu.empty()) continue;  // no device was used at all
    out.push_back({kind, say_ruled_out(evidence, figures, kind, share)});
  }
  return out;
}

void complete_verdict(Report& report, const Profile& profile, const Evidence& evidence,
                      const Figures& figures) {
  Verdict& verdict = report.verdict;
  verdict.parallelism = report.parallelism.word;
  verdict.where = find_where(profile, evidence, verdict.kind);
  Sureness sure =
      judge_confidence(profile, evidence, {verdict.kind, verdict.detail}, verdict.share, true);
  verdict.confidence = sure.word;
  verdict.reasons = std::move(sure.reasons);
  verdict.ruled_out = rule_out(report, evidence, figures);
  verdict.sentence = say_verdict(profile, evidence, verdict);
}

/// After the words of the time: a run that died at a limit has another problem than its time.
void say_limit_death(Report& report, const LimitDeath& death) {
  add_support(report.findings, death);
  report.verdict.sentence = death.sentence;
  report.verdict.confidence = death.confidence;
  report.verdict.reasons = {death.reason};
}

}  // namespace

Report analyze(Profile profile) {
  const Counters counters{profile};
  const HotLoops loops{profile};
  const Evidence evidence = derive(profile, counters, loops);
  const Figures figures = count_figures(profile, counters);
  Report report;
  report.hot_loops = describe_hot_loops(profile, loops);
  report.shares = shares_of(profile, evidence);
  report.phases = find_phases(profile, evidence);
  report.parallelism = measure_parallelism(profile, evidence);
  report.verdict = judge(evidence, report.shares, report.phases);
  const auto death = find_limit_death(profile);
  if (death) settle_verdict(report.verdict, report.shares, *death);
  report.findings = make_findings(report, profile, evidence, figures);
  complete_verdict(report, profile, evidence, figures);
  if (death) say_limit_death(report, *death);
  if (report.verdict.idle) report.busy_shares = busy_shares_of(evidence);
  const Imbalance team =
      find_imbalance(profile, evidence.wall_s - report.parallelism.seconds_at.front());
  report.recommendations = recommend(profile, evidence, report.verdict, report.findings,
                                     report.parallelism, team, report.hot_loops);
  report.gpu = evidence.gpu;
  report.profile = std::move(profile);
  mark_devices(report);
  // A saved profile is analyzed again: its notes must not pile up.
  auto& notes = report.profile.notes;
  for (const std::string& note : evidence.notes)
    if (!std::count(notes.begin(), notes.end(), note)) notes.push_back(note);
  return report;
}

}  // namespace bottleneck
