#include "src/analysis/gpu_launches.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "src/analysis/gpu_workers.h"
#include "src/core/waits.h"

namespace bottleneck {
namespace {

using Key = std::tuple<int, int, int>;  // device, process, name

Key key_of(const GpuOperation& one) { return {one.device, one.process, one.name}; }

bool is_launch(const GpuOperation& one) {
  return one.kind == GpuKind::kernel && !one.from_graph && has_time(one);
}

/// Values with the number of operations that each stands for.
class Weighted {
 public:
  void add(double value, double count) {
    values_.push_back({value, count});
    count_ += count;
  }
  double count() const { return count_; }
  /// As if there were `all`, of which those that are missing are 0.
  double median(double all) {
    std::sort(values_.begin(), values_.end());
    double passed = std::max(0.0, all - count_);
    for (const auto& [value, count] : values_) {
      if (passed >= all / 2) break;
      if ((passed += count) >= all / 2) return value;
    }
    return 0;
  }

 private:
  std::vector<std::pair<double, double>> values_;
  double count_ = 0;
};

/// The pace of a thread's launches between two calls in which it waits for a device.
class Stretch {
 public:
  void add(const GpuOperation& one) {
    if (launches_.empty()) first_s_ = one.queued_s;
    launches_[key_of(one)] += one.count;
    before_last_ = all_;
    all_ += one.count;
    last_s_ = one.queued_s;
  }
  void close(std::map<Key, Weighted>& paces) {
    const double pace = before_last_ > 0 ? (last_s_ - first_s_) / before_last_ : 0;
    if (before_last_ > 0)
      for (const auto& [key, count] : launches_) paces[key].add(pace, count);
    *this = {};
  }

 private:
  std::map<Key, double> launches_;
  double first_s_ = 0, last_s_ = 0, all_ = 0;
  double before_last_ = 0;  ///< when the last one was called
};

std::map<Key, Weighted> find_paces(const GpuTimeline& gpu) {
  std::vector<const GpuOperation*> calls;
  for (const GpuOperation& one : gpu.operations) {
    const bool waits = one.kind == GpuKind::sync || blocks_host(one);
    if (has_time(one) && (waits || is_launch(one)) && one.queued_s >= 0) calls.push_back(&one);
  }
  std::stable_sort(calls.begin(), calls.end(), [](const GpuOperation* a, const GpuOperation* b) {
    return a->queued_s < b->queued_s;
  });
  std::map<Key, Weighted> paces;
  std::map<std::pair<int, int>, Stretch> open;  // by process and thread
  for (const GpuOperation* one : calls) {
    Stretch& stretch = open[{one->process, one->thread}];
    if (is_launch(*one))
      stretch.add(*one);
    else
      stretch.close(paces);
  }
  for (auto& [thread, stretch] : open) stretch.close(paces);
  return paces;
}

std::map<Key, Weighted> find_gaps(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices) {
  std::map<Key, Weighted> gaps;
  for (const GpuActivity& device : devices)
    for (const GpuGap& gap : device.gaps) {
      const GpuOperation& one = gpu.operations[static_cast<std::size_t>(gap.operation)];
      if (is_launch(one)) gaps[key_of(one)].add(gap.span.length() / gap.count, gap.count);
    }
  return gaps;
}

bool has_tiny_kernels_on_cpus(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices) {
  const std::vector<bool> tiny = find_tiny_kernels(gpu, devices);
  for (std::size_t i = 0; i < tiny.size(); ++i)
    if (tiny[i] && gpu.devices.at(static_cast<std::size_t>(gpu.operations[i].device)).is_cpu)
      return true;
  return false;
}

}  // namespace

std::vector<bool> find_tiny_kernels(const GpuTimeline& gpu,
                                    const std::vector<GpuActivity>& devices) {
  std::map<Key, Weighted> lengths, leads, paces = find_paces(gpu), gaps = find_gaps(gpu, devices);
  for (const GpuOperation& one : gpu.operations) {
    if (!is_launch(one)) continue;
    const double busy_s = one.count > 1 ? one.busy_s : one.end_s - one.start_s;
    lengths[key_of(one)].add(busy_s / std::max(1, one.count), std::max(1, one.count));
    if (one.queued_s >= 0)
      leads[key_of(one)].add(one.start_s - one.queued_s, std::max(1, one.count));
  }
  std::map<Key, bool> tiny;
  for (auto& [key, length] : lengths) {
    const double all = length.count(), known = leads[key].count();
    double launch_s = gaps[key].median(all);
    if (known > 0 && leads[key].median(known) <= longest_launch_lead_s)
      launch_s = std::max(launch_s, paces[key].median(paces[key].count()));
    tiny[key] = all > many_launches && length.median(all) < std::min(launch_s, longest_tiny_s);
  }
  std::vector<bool> found(gpu.operations.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    found[i] = is_launch(gpu.operations[i]) && tiny[key_of(gpu.operations[i])];
  return found;
}

bool fights_over_launches(const Profile& profile, const std::vector<GpuActivity>& devices) {
  if (!has_tiny_kernels_on_cpus(profile.gpu, devices)) return false;
  std::vector<bool> workers(profile.threads.size());
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::vector<bool> some = find_device_workers(profile, static_cast<int>(i));
    for (std::size_t t = 0; t < some.size(); ++t) workers[t] = workers[t] || some[t];
  }
  const std::vector<bool> issuers = find_issuers(profile);
  double all_s = 0, worked_s = 0, issued_s = 0;
  for (const BlockedCell& cell : profile.timeline.blocked) {
    if (cell.wait < 0 || cell.thread < 0) continue;
    if (!is_lock(profile.waits.at(static_cast<std::size_t>(cell.wait)).kind)) continue;
    const auto thread = static_cast<std::size_t>(cell.thread);
    all_s += cell.seconds;
    if (workers.at(thread))
      worked_s += cell.seconds;
    else if (issuers.at(thread))
      issued_s += cell.seconds;
  }
  return issued_s > 0 && worked_s >= workers_lock_share * all_s &&
         worked_s + issued_s >= drivers_lock_share * all_s;
}

}  // namespace bottleneck
