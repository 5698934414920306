#include "src/analysis/code_mix.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bottleneck {
namespace {

void add(CodeMix& mix, int location, double seconds) {
  const auto known = std::find_if(mix.begin(), mix.end(),
                                  [&](const PlaceShare& one) { return one.location == location; });
  if (known != mix.end())
    known->share += seconds;
  else
    mix.push_back({location, seconds});
}

void normalize(CodeMix& mix) {
  double sum = 0;
  for (const PlaceShare& one : mix) sum += one.share;
  for (PlaceShare& one : mix) one.share /= sum;
}

}  // namespace

CodeMixes::CodeMixes(const Profile& profile) : profile_(profile) {
  std::map<int, std::map<int, double>> process_seconds;
  std::map<std::string, std::map<int, double>> executable_seconds;
  for (const CodeCell& cell : profile.timeline.code) {
    if (cell.seconds <= 0) continue;
    if (profile.locations.at(static_cast<std::size_t>(cell.location)).role != Role::work) continue;
    const int process = profile.threads.at(static_cast<std::size_t>(cell.thread)).process;
    const std::string& executable =
        profile.processes.at(static_cast<std::size_t>(process)).executable;
    add(by_thread_[cell.thread][cell.window], cell.location, cell.seconds);
    process_seconds[process][cell.location] += cell.seconds;
    if (!executable.empty()) executable_seconds[executable][cell.location] += cell.seconds;
  }
  for (auto& [thread, windows] : by_thread_)
    for (auto& [window, mix] : windows) normalize(mix);
  const auto pool = [](auto& mixes, const auto& seconds) {
    for (const auto& [key, locations] : seconds) {
      for (const auto& [location, sum] : locations) mixes[key].push_back({location, sum});
      normalize(mixes[key]);
    }
  };
  pool(by_process_, process_seconds);
  pool(by_executable_, executable_seconds);
  const double window_s = profile.timeline.window_s;
  if (window_s > 0)
    reach_ = std::max(1, static_cast<int>(std::lround(nearest_sample_s / window_s)));
}

const CodeMix* CodeMixes::near(const Windows& windows, int window) const {
  const auto after = windows.lower_bound(window);
  const CodeMix* best = nullptr;
  int distance = reach_ + 1;
  if (after != windows.end() && after->first - window < distance) {
    distance = after->first - window;
    best = &after->second;
  }
  if (after != windows.begin()) {
    const auto before = std::prev(after);
    if (window - before->first < distance) best = &before->second;
  }
  return best;
}

const CodeMix& CodeMixes::at(int thread, int window) const {
  static const CodeMix nothing;
  if (const auto own = by_thread_.find(thread); own != by_thread_.end())
    if (const CodeMix* mix = near(own->second, window)) return *mix;
  const int process = profile_.threads.at(static_cast<std::size_t>(thread)).process;
  if (const auto pooled = by_process_.find(process); pooled != by_process_.end())
    return pooled->second;
  const std::string& executable =
      profile_.processes.at(static_cast<std::size_t>(process)).executable;
  const auto pooled = by_executable_.find(executable);
  return pooled != by_executable_.end() ? pooled->second : nothing;
}

}  // namespace bottleneck
