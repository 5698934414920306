#include "src/analysis/gpu_accounting.h"

#include <algorithm>

#include "src/analysis/gpu_launches.h"

namespace bottleneck {
namespace {

/// Windows that lie in calls up to this part tell whether a thread spins in them. Source: a choice.
constexpr double in_calls_share = 0.9;

}  // namespace

GpuAccounting::GpuAccounting(const Profile& profile, const std::vector<GpuActivity>& devices,
                             const HotLoops& loops)
    : profile_(profile) {
  const bool any = std::any_of(devices.begin(), devices.end(),
                               [](const GpuActivity& one) { return !one.pieces.empty(); });
  if (!any || profile.runs.empty() || profile.timeline.windows <= 0) return;
  windows_.resize(static_cast<std::size_t>(profile.timeline.windows));
  fights_over_launches_ = fights_over_launches(profile, devices);
  const std::vector<Spans> bound = find_bound_spans(profile, devices);
  sweep_devices(profile, devices, loops, bound, reasons_, [&](int window, const GpuStill& still) {
    Window& into = windows_[static_cast<std::size_t>(window)];
    Moment& moment = into.moments[{still.bound, still.devices}];
    moment.seconds += still.span.length();
    for (const auto& [owner, part] : still.owners)
      moment.owners[owner] += part * still.span.length();
  });
  find_own_parts(bound);
  lay_threads_beside();
}

bool GpuAccounting::has(int window) const {
  if (window < 0 || static_cast<std::size_t>(window) >= windows_.size()) return false;
  for (const auto& [key, moment] : windows_[static_cast<std::size_t>(window)].moments)
    if (key.first || key.second > 0 || !moment.owners.empty()) return true;
  return false;
}

bool GpuAccounting::owns_locks(int window) const {
  if (!fights_over_launches_ || !has(window)) return false;
  for (const auto& [key, moment] : windows_[static_cast<std::size_t>(window)].moments)
    for (const auto& [owner, seconds] : moment.owners)
      if (owner.kind.kind == Bottleneck::gpu_launch) return true;
  return false;
}

/// How much of a thread's work in a window lies in its calls: at least what does not fit beside
/// them, at most all; between these as in windows that lie in calls altogether.
void GpuAccounting::find_own_parts(const std::vector<Spans>& bound) {
  std::map<int, std::map<int, double>> worked;  // by thread, window
  for (const WorkCell& cell : profile_.timeline.work)
    if (!bound[static_cast<std::size_t>(cell.thread)].empty())
      worked[cell.thread][cell.window] += cell.seconds;
  for (const auto& [thread, by_window] : worked) {
    const auto calls = seconds_by_window(profile_, bound[static_cast<std::size_t>(thread)]);
    double whole_s = 0, spun_s = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const int window = static_cast<int>(i);
      if (calls[i] <= 0 || calls[i] < in_calls_share * length_of_window(profile_, window)) continue;
      whole_s += calls[i];
      const auto seconds = by_window.find(window);
      spun_s += seconds == by_window.end() ? 0 : std::min(calls[i], seconds->second);
    }
    const double spins = whole_s > 0 ? spun_s / whole_s : 0;
    for (const auto& [window, seconds] : by_window) {
      const double called = calls.at(static_cast<std::size_t>(window));
      if (seconds <= 0 || called <= 0) continue;
      const double least = std::max(0.0, seconds + called - length_of_window(profile_, window));
      const double most = std::min(seconds, called);
      const double inside = std::clamp(spins * called, std::min(least, most), most);
      own_[{window, thread}] = 1 - inside / seconds;
    }
  }
}

double GpuAccounting::own_part(int window, int thread) const {
  const auto found = own_.find({window, thread});
  return found == own_.end() ? 1 : found->second;
}

void GpuAccounting::lay_threads_beside() {
  std::map<std::pair<int, Instant>, std::pair<double, double>> groups;  // wall, own thread-seconds
  for (const WorkCell& cell : profile_.timeline.work) {
    auto& [wall_s, own_s] = groups[{cell.window, cell.instant}];
    wall_s += cell.seconds / std::max(1, cell.instant.working);
    own_s += cell.seconds * own_part(cell.window, cell.thread);
  }
  for (const auto& [key, sums] : groups) {
    const auto& [wall_s, own_s] = sums;
    if (wall_s <= 0) continue;
    Window& window = windows_.at(static_cast<std::size_t>(key.first));
    const double workers = own_s / wall_s;
    window.own_workers[key.second] = workers;
    window.work.seconds += wall_s * std::min(1.0, workers);
    window.in_calls.seconds += wall_s * std::max(0.0, 1 - workers);
  }
  for (const IdleCell& cell : profile_.timeline.idle)
    windows_.at(static_cast<std::size_t>(cell.window)).idle.seconds += cell.seconds;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    Window& window = windows_[i];
    double bound_s = 0;
    for (const auto& [key, moment] : window.moments)
      if (key.first) bound_s += moment.seconds;
    const double seen_s = window.work.seconds + window.idle.seconds + window.in_calls.seconds;
    window.unseen_s = std::max(0.0, length_of_window(profile_, static_cast<int>(i)) - seen_s);
    window.idle.seconds += window.unseen_s;
    for (Stretch* one : {&window.in_calls, &window.idle, &window.work}) {
      one->bound_s = std::min(bound_s, one->seconds);
      bound_s -= one->bound_s;
    }
  }
}

double GpuAccounting::own_workers(int window, const Instant& now) const {
  const auto& all = windows_.at(static_cast<std::size_t>(window)).own_workers;
  const auto found = all.find(now);
  return found == all.end() ? now.working : found->second;
}

double GpuAccounting::own_nothing_s(int window) const {
  return windows_.at(static_cast<std::size_t>(window)).in_calls.seconds;
}

double GpuAccounting::unseen_s(int window) const {
  return windows_.at(static_cast<std::size_t>(window)).unseen_s;
}

GpuMoments GpuAccounting::mix(int index, const Stretch Window::*which) const {
  const Window& window = windows_.at(static_cast<std::size_t>(index));
  const Stretch& stretch = window.*which;
  double bound_s = 0, free_s = 0;
  for (const auto& [key, moment] : window.moments) (key.first ? bound_s : free_s) += moment.seconds;
  double bound = stretch.seconds > 0 ? stretch.bound_s / stretch.seconds : 0;
  if (bound_s <= 0) bound = 0;
  if (free_s <= 0) bound = 1;
  GpuMoments mixed;
  for (const auto& [key, moment] : window.moments) {
    if (moment.seconds <= 0) continue;
    GpuMoment one;
    one.share =
        key.first ? bound * moment.seconds / bound_s : (1 - bound) * moment.seconds / free_s;
    one.devices = key.second;
    for (const auto& [owner, seconds] : moment.owners)
      one.owners[owner] = seconds / moment.seconds / std::max(1, key.second);
    if (one.share > 0) mixed.push_back(std::move(one));
  }
  return mixed;
}

GpuMoments GpuAccounting::beside_work(int window) const { return mix(window, &Window::work); }
GpuMoments GpuAccounting::beside_idleness(int window) const { return mix(window, &Window::idle); }
GpuMoments GpuAccounting::inside_calls(int window) const { return mix(window, &Window::in_calls); }

}  // namespace bottleneck
