#include "src/analysis/derive.h"

#include <algorithm>
#include <cassert>

#include "src/analysis/attribute.h"
#include "src/analysis/gpu_rules.h"
#include "src/analysis/gpu_use.h"

namespace bottleneck {
namespace {

/// Overlaps below this are rounding. Source: a choice, far below what is shown.
constexpr double rounding = 1e-6;

/// The unattributed rest makes the slices sum to the wall time; nothing else is ever scaled up.
void fill_up(Evidence& evidence, int window) {
  double sum = 0;
  for (const Slice& slice : evidence.slices) sum += slice.seconds;
  if (sum > evidence.wall_s * (1 + rounding) && sum > 0)
    evidence.notes.push_back("the observed times overlapped the run and were scaled down");
  if (sum > evidence.wall_s) {
    const double factor = evidence.wall_s / sum;
    for (Slice& slice : evidence.slices) slice.seconds *= factor;
    evidence.lock_saved_s *= factor;
  } else if (sum < evidence.wall_s) {
    Slice rest;
    rest.window = window;
    rest.seconds = evidence.wall_s - sum;
    evidence.slices.push_back(rest);
  }
}

void add_system(const Profile& profile, Evidence& evidence) {
  for (const SystemCell& cell : profile.timeline.system) {
    evidence.system_seen = true;
    evidence.others_cpus += cell.others_busy_s;
    evidence.throttled_s += cell.throttled_s;
  }
  if (evidence.wall_s > 0) evidence.others_cpus /= evidence.wall_s;
  // A run shorter than the reading's interval would count what was before it.
  evidence.others_cpus = std::min(evidence.others_cpus, static_cast<double>(evidence.cpus));
}

/// Per window what is missing of its time, so that phases stay where they were.
void fill_windows(const Profile& profile, Evidence& evidence) {
  const Timeline& time = profile.timeline;
  if (time.windows <= 0 || time.window_s <= 0) return;
  std::vector<double> seen(static_cast<std::size_t>(time.windows));
  double sum = 0;
  for (const Slice& slice : evidence.slices) {
    sum += slice.seconds;
    if (slice.window >= 0 && slice.window < time.windows)
      seen[static_cast<std::size_t>(slice.window)] += slice.seconds;
  }
  for (int window = 0; window < time.windows && sum < evidence.wall_s; ++window) {
    const double end = std::min(evidence.wall_s, (window + 1) * time.window_s);
    const double missing =
        std::min(end - window * time.window_s - seen[static_cast<std::size_t>(window)],
                 evidence.wall_s - sum);
    if (missing <= rounding * time.window_s) continue;
    Slice gap;
    gap.window = window;
    gap.seconds = missing;
    evidence.slices.push_back(gap);
    sum += missing;
  }
}

}  // namespace

double Evidence::seconds_of(Bottleneck kind) const {
  double sum = 0;
  for (const auto& [one, part] : seconds)
    if (one.kind == kind) sum += part;
  return sum;
}

double Evidence::seconds_of(Kind kind) const {
  const auto found = seconds.find(kind);
  return found == seconds.end() ? 0 : found->second;
}

bool was_fought(const Evidence& evidence, const IdleCell& cell) {
  if (cell.instant.queueing <= 0) return false;
  const auto window = static_cast<std::size_t>(cell.window);
  return window < evidence.lock_burnt_in.size() &&
         evidence.lock_burnt_in[window] >= 0.5 * cell.seconds;
}

Evidence derive(const Profile& profile, const Counters& counters, const HotLoops& loops) {
  Evidence evidence;
  evidence.wall_s = profile.runs.empty() ? 0 : std::max(0.0, profile.this_run().wall_s);
  evidence.cpus = profile.machine.cpus();
  add_system(profile, evidence);
  evidence.gpu = measure_gpu_use(profile, activities_of(profile.gpu));
  for (GpuUse& use : evidence.gpu)
    if (use.kernels > 0) use.kernel_cause = find_kernel_evidence(profile, loops, use.device).said;
  attribute(profile, counters, loops, evidence);
  fill_windows(profile, evidence);
  fill_up(evidence, std::max(0, profile.timeline.windows - 1));
  for (const Slice& slice : evidence.slices) evidence.seconds[slice.kind] += slice.seconds;
  return evidence;
}

}  // namespace bottleneck
