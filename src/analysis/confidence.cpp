#include "src/analysis/confidence.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "src/analysis/gpu_words.h"
#include "src/analysis/verdict.h"
#include "src/analysis/words.h"
#include "src/core/stats.h"

namespace bottleneck {
namespace {

using enum Bottleneck;

bool is_code_class(Bottleneck kind) {
  return kind == compute || kind == memory_bandwidth || kind == memory_latency ||
         kind == memory_capacity || kind == kernel;
}

bool is_wait_class(Bottleneck kind) {
  return kind == io_read || kind == io_write || kind == network || kind == lock ||
         kind == Bottleneck::sleep;
}

void lower(Sureness& sure, Confidence at_most, std::string reason) {
  sure.word = std::min(sure.word, at_most);
  sure.reasons.push_back(std::move(reason));
}

void weigh_samples(const Profile& profile, const Evidence& evidence, Kind kind, Sureness& sure) {
  if (!is_code_class(kind.kind) || profile.tier == Tier::D) return;
  const auto found = evidence.samples.find(kind.kind);
  const double samples = found == evidence.samples.end() ? 0 : found->second;
  const std::string words = say_count(samples) + " samples";
  if (samples >= many_samples)
    sure.reasons.push_back(words);
  else
    lower(sure, samples >= few_samples ? Confidence::fair : Confidence::weak, "only " + words);
  // Without evidence of the instructions, user code may as well wait for memory.
  if (kind == Kind{compute, Detail::unsplit})
    lower(sure, Confidence::weak, "user code not split into compute and memory");
}

void weigh_tier(const Profile& profile, Kind kind, Sureness& sure) {
  if (profile.tier < Tier::B2) return;
  if (profile.tier == Tier::D) lower(sure, Confidence::weak, "no samples, /proc alone");
  if (kind.kind == kernel || kind.kind == memory_capacity)
    lower(sure, Confidence::fair, "kernel samples are withheld");
  if (!is_wait_class(kind.kind)) return;
  const double wall_s = profile.runs.empty() ? 0 : profile.this_run().wall_s;
  double switches = 0;
  for (const Thread& thread : profile.threads)
    switches += static_cast<double>(thread.switches + thread.preemptions);
  const bool hasty = wall_s > 0 && switches / wall_s > polled_switches_per_s;
  lower(sure, hasty ? Confidence::weak : Confidence::fair,
        hasty ? "waits polled at more than 10 000 switches/s" : "waits were polled");
}

void weigh_losses(const Overhead& overhead, Sureness& sure) {
  const double kept =
      static_cast<double>(overhead.samples + overhead.switch_records + overhead.task_records);
  const double lost = static_cast<double>(overhead.lost_records);
  if (lost <= lost_share * (kept + lost)) return;
  lower(sure, lost > much_lost_share * (kept + lost) ? Confidence::weak : Confidence::fair,
        say_count(lost) + " records lost");
}

void weigh_run(const Profile& profile, const Evidence& evidence, Sureness& sure) {
  if (evidence.wall_s < short_run_s)
    lower(sure, evidence.wall_s < very_short_run_s ? Confidence::weak : Confidence::fair,
          fmt::format("a run of {:.2f} s", evidence.wall_s));
  std::vector<double> walls;
  for (const Run& run : profile.runs) walls.push_back(run.wall_s);
  const double middle = median(walls);
  if (walls.size() > 2 && quantile(walls, 0.75) - quantile(walls, 0.25) > wide_spread * middle)
    lower(sure, Confidence::fair, "the runs differ widely");
}

void weigh_others(const Evidence& evidence, Kind kind, Sureness& sure) {
  if (kind.kind == run_queue || !evidence.system_seen) return;
  if (evidence.others_cpus < others_matter_cpus) return;
  lower(sure, Confidence::fair,
        fmt::format("other programs used {:.1f} CPUs", evidence.others_cpus));
}

}  // namespace

Sureness judge_confidence(const Profile& profile, const Evidence& evidence, Kind kind, double share,
                          bool is_verdict) {
  Sureness sure;
  if (kind.kind == unattributed) return {Confidence::weak, {"what was not seen"}};
  weigh_samples(profile, evidence, kind, sure);
  weigh_tier(profile, kind, sure);
  weigh_losses(profile.overhead, sure);
  for (GpuDoubt& one : find_gpu_doubts(profile, evidence, kind))
    lower(sure, one.weak ? Confidence::weak : Confidence::fair, std::move(one.reason));
  weigh_run(profile, evidence, sure);
  weigh_others(evidence, kind, sure);
  const double unknown = evidence.share_of(unattributed);
  if (unknown > much_unattributed)
    lower(sure, Confidence::fair, say_share(unknown) + " unattributed");
  if (is_verdict && std::abs(share - majority) < close_call)
    lower(sure, Confidence::fair, "close to one half");
  return sure;
}

}  // namespace bottleneck
