#include "src/analysis/gpu_sweep.h"

#include <algorithm>
#include <cmath>

#include "src/analysis/gpu_launches.h"

namespace bottleneck {
namespace {

enum class What { window, bound, wait, call, device };

struct Event {
  double at = 0;
  What what = What::window;
  int index = 0;  ///< of the device, or of the process that waits or calls
  GpuOwner owner;
  int step = 0;
};

class Events {
 public:
  void add(What what, const Span& span, int index = 0, GpuOwner owner = {}) {
    if (span.end <= span.start) return;
    all_.push_back({span.start, what, index, owner, 1});
    all_.push_back({span.end, what, index, owner, -1});
  }
  void add_border(double at) { all_.push_back({at, What::window, 0, {}, 0}); }
  const std::vector<Event>& sorted() {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const Event& a, const Event& b) { return a.at < b.at; });
    return all_;
  }

 private:
  std::vector<Event> all_;
};

bool is_pageable(const GpuOperation& one) {
  return one.source == GpuMemory::pageable || one.destination == GpuMemory::pageable;
}

/// The operations and gaps of one device, each with the class that its time has.
class Classes {
 public:
  Classes(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices,
          std::map<const GpuRule*, double>& reasons)
      : gpu_(gpu),
        repeats_(find_repeats(gpu)),
        tiny_(find_tiny_kernels(gpu, devices)),
        reasons_(reasons) {}

  void add(const GpuActivity& device, int index, const KernelEvidence& kernels, Events& events) {
    for (const GpuPiece& piece : device.pieces) {
      GpuFacts facts = facts_of(piece.operation);
      facts.memory_share = kernels.memory_share;
      facts.issue_share = kernels.issue_share;
      add(facts, {piece.start, piece.end}, piece.operation, index, events);
    }
    for (const GpuGap& gap : device.gaps) {
      GpuFacts facts = facts_of(gap.operation);
      facts.state = GpuState::launches;
      facts.gap_s = gap.span.length() / gap.count;
      add(facts, gap.span, gap.operation, index, events);
    }
  }

 private:
  GpuFacts facts_of(int operation) const {
    const GpuOperation& one = gpu_.operations[static_cast<std::size_t>(operation)];
    GpuFacts facts;
    facts.kind = one.kind;
    facts.pageable = is_pageable(one);
    facts.repeated = repeats_[static_cast<std::size_t>(operation)];
    facts.tiny = tiny_[static_cast<std::size_t>(operation)];
    facts.busy_s = (one.count > 1 ? one.busy_s : one.end_s - one.start_s) / one.count;
    return facts;
  }

  void add(const GpuFacts& facts, const Span& span, int operation, int device, Events& events) {
    const GpuRule& rule = classify_gpu(facts);
    reasons_[&rule] += span.length();
    const int process = gpu_.operations[static_cast<std::size_t>(operation)].process;
    events.add(What::device, span, device, {rule.kind, process});
  }

  const GpuTimeline& gpu_;
  std::vector<bool> repeats_, tiny_;
  std::map<const GpuRule*, double>& reasons_;
};

/// What is going on between two events.
class State {
 public:
  void apply(const Event& event) {
    switch (event.what) {
      case What::window:
        return;
      case What::bound:
        bound_ += event.step;
        return;
      case What::wait:
        waits_[event.index] += event.step;
        return;
      case What::call:
        calls_[event.index] += event.step;
        return;
      case What::device:
        auto& owners = devices_[event.index];
        if ((owners[event.owner] += event.step) == 0) owners.erase(event.owner);
        if (owners.empty()) devices_.erase(event.index);
    }
  }

  GpuStill still(const Span& span) const {
    GpuStill now{span, static_cast<int>(devices_.size()), bound_ > 0, {}};
    for (const auto& [device, owners] : devices_) {
      double sum = 0;
      for (const auto& [owner, count] : owners) sum += count;
      for (const auto& [owner, count] : owners) now.owners[owner] += count / sum;
    }
    if (devices_.empty()) add_host(now);
    return now;
  }

 private:
  static int first_of(const std::map<int, int>& counts) {
    for (const auto& [process, count] : counts)
      if (count > 0) return process;
    return -1;
  }

  void add_host(GpuStill& now) const {
    GpuFacts facts;
    facts.state = GpuState::waits_for_host;
    int process = first_of(waits_);
    if (process < 0) {
      facts.state = GpuState::prepares;
      process = first_of(calls_);
    }
    if (process >= 0) now.owners[{classify_gpu(facts).kind, process}] = 1;
  }

  int bound_ = 0;
  std::map<int, int> waits_, calls_;
  std::map<int, std::map<GpuOwner, int>> devices_;
};

void add_calls(const Profile& profile, Events& events) {
  std::vector<bool> users(profile.processes.size());
  for (const GpuOperation& one : profile.gpu.operations)
    users.at(static_cast<std::size_t>(one.process)) = true;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (!users[i]) continue;
    const int process = static_cast<int>(i);
    for (const Span& one : waits_of(profile.gpu, process)) events.add(What::wait, one, process);
    for (const Span& one : calls_of(profile.gpu, process)) events.add(What::call, one, process);
  }
}

}  // namespace

void sweep_devices(const Profile& profile, const std::vector<GpuActivity>& devices,
                   const HotLoops& loops, const std::vector<Spans>& bound,
                   std::map<const GpuRule*, double>& reasons,
                   const std::function<void(int window, const GpuStill&)>& take) {
  const Timeline& time = profile.timeline;
  const double wall_s = profile.this_run().wall_s;
  Events events;
  Classes classes(profile.gpu, devices, reasons);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const int device = static_cast<int>(i);
    if (!devices[i].pieces.empty())
      classes.add(devices[i], device, find_kernel_evidence(profile, loops, device), events);
  }
  add_calls(profile, events);
  for (const Spans& spans : bound)
    for (const Span& one : spans) events.add(What::bound, one);
  for (int window = 1; window < time.windows; ++window) events.add_border(window * time.window_s);
  events.add_border(wall_s);
  State state;
  double now = 0;
  int window = 0;
  for (const Event& event : events.sorted()) {
    const double until = std::clamp(event.at, 0.0, wall_s);
    if (until > now) {
      take(std::min(window, std::max(0, time.windows - 1)), state.still({now, until}));
      now = until;
    }
    // By the borders themselves: a quotient of times may fall on the wrong side of one.
    if (event.what == What::window) ++window;
    state.apply(event);
  }
}

}  // namespace bottleneck
