#include "src/analysis/gpu_workers.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace bottleneck {
namespace {

/// Where the call's thread is not known: the main thread of its process.
int thread_of(const Profile& profile, const GpuOperation& one) {
  if (one.thread >= 0) return one.thread;
  for (std::size_t i = 0; i < profile.threads.size(); ++i)
    if (profile.threads[i].process == one.process) return static_cast<int>(i);
  return -1;
}

/// The device works or takes over what it was given: on a CPU the same threads do both.
Spans occupied_by(const GpuActivity& device) {
  Spans spans = device.any;
  for (const GpuGap& gap : device.gaps) spans.push_back(gap.span);
  return unite(std::move(spans));
}

}  // namespace

std::vector<bool> find_issuers(const Profile& profile) {
  std::vector<bool> issuers(profile.threads.size());
  for (const GpuOperation& one : profile.gpu.operations)
    if (const int thread = thread_of(profile, one); thread >= 0)
      issuers[static_cast<std::size_t>(thread)] = true;
  return issuers;
}

double length_of_window(const Profile& profile, int window) {
  const double wall_s = profile.runs.empty() ? 0 : profile.this_run().wall_s;
  const double window_s = profile.timeline.window_s;
  const bool last = window + 1 >= profile.timeline.windows;
  return std::max(0.0, last ? wall_s - window * window_s : window_s);
}

std::vector<double> seconds_by_window(const Profile& profile, const Spans& spans) {
  const Timeline& time = profile.timeline;
  std::vector<double> seconds(static_cast<std::size_t>(std::max(0, time.windows)));
  if (seconds.empty()) return seconds;
  const auto last = static_cast<int>(seconds.size()) - 1;
  const auto window_at = [&](double at) {
    return static_cast<int>(std::clamp(std::floor(at / time.window_s), 0.0, 1.0 * last));
  };
  for (const Span& one : spans)
    for (int window = window_at(one.start); window <= window_at(one.end); ++window) {
      const double from = window * time.window_s;
      const double to = from + length_of_window(profile, window);
      seconds[static_cast<std::size_t>(window)] +=
          std::max(0.0, std::min(one.end, to) - std::max(one.start, from));
    }
  return seconds;
}

std::vector<bool> find_device_workers(const Profile& profile, int device) {
  std::vector<bool> workers(profile.threads.size());
  if (!profile.gpu.devices.at(static_cast<std::size_t>(device)).is_cpu) return workers;
  const auto busy = seconds_by_window(
      profile, occupied_by(activities_of(profile.gpu).at(static_cast<std::size_t>(device))));
  std::map<std::pair<int, int>, double> by_window;  // thread, window
  for (const WorkCell& cell : profile.timeline.work)
    by_window[{cell.thread, cell.window}] += cell.seconds;
  std::vector<double> works(workers.size()), outside(workers.size());
  for (const auto& [key, seconds] : by_window) {
    const auto thread = static_cast<std::size_t>(key.first);
    works[thread] += seconds;
    outside[thread] += std::max(0.0, seconds - busy.at(static_cast<std::size_t>(key.second)));
  }
  const std::vector<bool> issuers = find_issuers(profile);
  std::vector<bool> users(profile.processes.size());
  for (const GpuOperation& one : profile.gpu.operations)
    if (one.device == device) users.at(static_cast<std::size_t>(one.process)) = true;
  for (std::size_t i = 0; i < workers.size(); ++i)
    workers[i] = users.at(static_cast<std::size_t>(profile.threads[i].process)) && !issuers[i] &&
                 works[i] > 0 && outside[i] <= outside_share * works[i];
  return workers;
}

std::vector<Spans> find_bound_spans(const Profile& profile,
                                    const std::vector<GpuActivity>& devices) {
  const GpuTimeline& gpu = profile.gpu;
  std::vector<Spans> bound(profile.threads.size());
  for (const GpuOperation& one : gpu.operations) {
    if (!has_time(one) || (one.kind != GpuKind::sync && !blocks_host(one))) continue;
    const int thread = thread_of(profile, one);
    if (thread < 0) continue;
    for (const GpuPiece& piece : pieces_of(one, 0))
      bound[static_cast<std::size_t>(thread)].push_back(span_of_call(one, piece));
  }
  for (std::size_t d = 0; d < devices.size(); ++d) {
    for (const GpuGap& gap : devices[d].gaps) {
      const int thread =
          thread_of(profile, gpu.operations[static_cast<std::size_t>(gap.operation)]);
      if (thread >= 0) bound[static_cast<std::size_t>(thread)].push_back(gap.span);
    }
    const std::vector<bool> workers = find_device_workers(profile, static_cast<int>(d));
    const Spans occupied = occupied_by(devices[d]);
    for (std::size_t i = 0; i < workers.size(); ++i)
      if (workers[i]) append(bound[i], occupied);
  }
  for (Spans& spans : bound) spans = unite(std::move(spans));
  return bound;
}

}  // namespace bottleneck
