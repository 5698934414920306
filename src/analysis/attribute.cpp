#include "src/analysis/attribute.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "src/analysis/code_mix.h"
#include "src/analysis/facts.h"
#include "src/analysis/gpu_accounting.h"

namespace bottleneck {
namespace {

/// The parts of an instant with W working threads, devices that work among them. They sum to 1.
struct Split {
  double locked;
  double starved;
  double worked;
  double saved;  ///< part of the instant that goes if nobody queues
};

Split split_instant(const Instant& now, int cpus, double workers, int devices = 0) {
  const double work = workers + devices;
  const double free = std::max(0.0, cpus - workers);
  const double queue = std::min<double>(now.queueing, free);
  // Own spinners hold CPUs too: whoever starves behind them is no victim of others.
  const double starved = std::min<double>(now.starved, std::max(0.0, free - now.spinning));
  const double locked = queue <= 0 ? 0 : queue >= work ? 1 : queue / (work + queue);
  const double queued_behind_others = (1 - locked) * starved / (work + starved);
  return {locked, queued_behind_others, 1 - locked - queued_behind_others,
          queue > 0 ? queue / (work + queue) : 0};
}

class Attribution {
 public:
  Attribution(const Profile& profile, const Counters& counters, const HotLoops& loops,
              Evidence& evidence)
      : profile_(profile),
        counters_(counters),
        evidence_(evidence),
        facts_(profile, counters, loops),
        mixes_(profile),
        gpu_(profile, activities_of(profile.gpu), loops) {}

  void run() {
    burn();
    find_main_lock();
    for (const WorkCell& cell : profile_.timeline.work) add_work(cell);
    for (const IdleCell& cell : profile_.timeline.idle) add_idle_beside_devices(cell);
    for (int window = 0; window < profile_.timeline.windows; ++window) add_devices_alone(window);
    for (const auto& [key, seconds] : slices_) {
      const auto& [window, kind, process, location, wait, alone] = key;
      evidence_.slices.push_back({window, kind, process, location, wait, alone, seconds});
    }
    count_samples();
    tell_reasons();
  }

 private:
  using Key = std::tuple<int, Kind, int, int, int, bool>;

  void add(int window, Kind kind, int process, int location, int wait, bool alone, double seconds) {
    if (seconds > 0) slices_[{window, kind, process, location, wait, alone}] += seconds;
  }

  /// CPU seconds burnt in locks and in a runtime's wait functions.
  void burn() {
    evidence_.lock_burnt_in.resize(
        static_cast<std::size_t>(std::max(0, profile_.timeline.windows)));
    std::map<int, double> by_place;
    for (const CodeCell& cell : profile_.timeline.code) {
      const Role role = profile_.locations.at(static_cast<std::size_t>(cell.location)).role;
      if (role == Role::spin) evidence_.spun_s += cell.seconds;
      if (role != Role::lock) continue;
      evidence_.lock_burnt_s += cell.seconds;
      by_place[cell.location] += cell.seconds;
      const auto window = static_cast<std::size_t>(cell.window);
      if (window < evidence_.lock_burnt_in.size()) evidence_.lock_burnt_in[window] += cell.seconds;
    }
    for (const auto& [place, seconds] : by_place)
      if (evidence_.main_lock_code < 0 || seconds > by_place[evidence_.main_lock_code])
        evidence_.main_lock_code = place;
  }

  void find_main_lock() {
    std::map<int, double> by_wait;
    std::map<int, std::map<int, double>> by_thread;
    for (const BlockedCell& cell : profile_.timeline.blocked) {
      if (cell.wait < 0 || !is_lock(profile_.waits.at(static_cast<std::size_t>(cell.wait)).kind))
        continue;
      by_wait[cell.wait] += cell.seconds;
      by_thread[cell.wait][cell.thread] += cell.seconds;
    }
    for (const auto& [wait, seconds] : by_wait)
      if (evidence_.main_lock_wait < 0 || seconds > by_wait[evidence_.main_lock_wait])
        evidence_.main_lock_wait = wait;
    if (evidence_.main_lock_wait < 0) {
      lock_kind_.detail = evidence_.main_lock_code >= 0 ? Detail::spin : Detail::none;
      return;
    }
    Facts facts;
    facts.wait = profile_.waits[static_cast<std::size_t>(evidence_.main_lock_wait)].kind;
    lock_kind_ = classify(facts).kind;
    const auto& threads = by_thread[evidence_.main_lock_wait];
    const auto longest =
        std::max_element(threads.begin(), threads.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    lock_process_ = process_of(longest->first);
  }

  int process_of(int thread) const {
    return thread < 0 ? -1 : profile_.threads.at(static_cast<std::size_t>(thread)).process;
  }

  void add_lock(int window, double seconds, double saved) {
    if (gpu_.owns_locks(window)) {
      add(window, {Bottleneck::gpu_launch, Detail::tiny}, lock_process_, -1, -1, false, seconds);
      return;
    }
    add(window, lock_kind_, lock_process_,
        evidence_.main_lock_wait < 0 ? evidence_.main_lock_code : -1, evidence_.main_lock_wait,
        false, seconds);
    evidence_.lock_saved_s += saved;
  }

  void add_starved(int window, int process, double seconds) {
    add(window, {Bottleneck::run_queue, facts_.queue_detail(window, seconds)}, process, -1, -1,
        false, seconds);
  }

  void add_work(const WorkCell& cell) {
    if (gpu_.has(cell.window)) {
      add_work_beside_devices(cell);
      return;
    }
    const int working = std::max(1, cell.instant.working);
    const double wall = cell.seconds / working;
    const Split split = split_instant(cell.instant, evidence_.cpus, cell.instant.working);
    const int process = process_of(cell.thread);
    add_lock(cell.window, wall * split.locked, wall * split.saved);
    add_starved(cell.window, process, wall * split.starved);
    add_code(cell.window, cell.thread, process, working == 1, wall * split.worked);
  }

  /// Each device is one more worker; what the thread did in calls for it is not its own.
  void add_work_beside_devices(const WorkCell& cell) {
    const double workers = std::max(1.0, gpu_.own_workers(cell.window, cell.instant));
    const double own = cell.seconds * gpu_.own_part(cell.window, cell.thread) / workers;
    const int process = process_of(cell.thread);
    for (const GpuMoment& moment : gpu_.beside_work(cell.window)) {
      const double wall = own * moment.share;
      const Split split = split_instant(cell.instant, evidence_.cpus, workers, moment.devices);
      add_lock(cell.window, wall * split.locked, wall * split.saved);
      add_starved(cell.window, process, wall * split.starved);
      const double threads = workers / (workers + moment.devices);
      const bool alone = workers <= 1 && moment.devices == 0;
      add_code(cell.window, cell.thread, process, alone, wall * split.worked * threads);
      if (moment.devices > 0) add_owners(cell.window, moment, wall * split.worked * (1 - threads));
    }
  }

  /// Returns the seconds that somebody of them owned.
  double add_owners(int window, const GpuMoment& moment, double seconds) {
    double owned = 0;
    for (const auto& [owner, part] : moment.owners) {
      add(window, owner.kind, owner.process, -1, -1, false, seconds * part);
      owned += seconds * part;
    }
    return owned;
  }

  void add_idle_beside_devices(const IdleCell& cell) {
    if (!gpu_.has(cell.window)) {
      add_idle(cell);
      return;
    }
    for (const GpuMoment& moment : gpu_.beside_idleness(cell.window)) {
      IdleCell part = cell;
      part.seconds *= moment.share;
      if (moment.devices == 0) {
        part.seconds -= add_owners(cell.window, moment, part.seconds);
        if (part.seconds > 0) add_idle(part);
        continue;
      }
      const Split split = split_instant(cell.instant, evidence_.cpus, 0, moment.devices);
      add_lock(cell.window, part.seconds * split.locked, part.seconds * split.saved);
      add_starved(cell.window, process_of(cell.thread), part.seconds * split.starved);
      evidence_.device_alone_s += add_owners(cell.window, moment, part.seconds * split.worked);
    }
  }

  /// While the threads only waited for devices, and while nothing was seen of any thread.
  void add_devices_alone(int window) {
    if (!gpu_.has(window)) return;
    for (const GpuMoment& moment : gpu_.inside_calls(window)) {
      const double seconds = gpu_.own_nothing_s(window) * moment.share;
      const double owned = add_owners(window, moment, seconds);
      add(window, {Bottleneck::gpu_sync, Detail::none}, -1, -1, -1, false, seconds - owned);
    }
    for (const GpuMoment& moment : gpu_.beside_idleness(window)) {
      const double owned = add_owners(window, moment, gpu_.unseen_s(window) * moment.share);
      if (moment.devices > 0) evidence_.device_alone_s += owned;
    }
  }

  void add_code(int window, int thread, int process, bool alone, double seconds) {
    const CodeMix& mix = mixes_.at(thread, window);
    for (const PlaceShare& place : mix)
      add_place(window, process, place.location, alone, seconds * place.share);
    if (!mix.empty()) return;
    if (facts_.lived_shortly(process)) {
      add(window, {Bottleneck::kernel, Detail::processes}, process, -1, -1, alone, seconds);
      return;
    }
    add_unsampled(window, process, alone, seconds);
  }

  void add_place(int window, int process, int location, bool alone, double seconds) {
    const Facts facts = facts_.of_code(location, process, window);
    if (facts.activity == Activity::unknown_kernel && !facts.starting) {
      for (const auto& [kind, share] : counters_.split_kernel(process, window))
        add(window, kind, process, location, -1, alone, seconds * share);
      return;
    }
    add(window, classify(facts).kind, process, location, -1, alone, seconds);
  }

  /// Tiers without samples: user and system time of the process, as far as they were read.
  void add_unsampled(int window, int process, bool alone, double seconds) {
    const Totals& seen = counters_.of(process);
    const double total = seen.user_s + seen.system_s;
    const bool blind = profile_.timeline.code.empty();
    if (!blind || total <= 0) {
      add(window, {Bottleneck::unattributed, Detail::none}, process, -1, -1, alone, seconds);
      return;
    }
    add(window, {Bottleneck::compute, Detail::unsplit}, process, -1, -1, alone,
        seconds * seen.user_s / total);
    for (const auto& [kind, share] : counters_.split_kernel(process, window))
      add(window, kind, process, -1, -1, alone, seconds * seen.system_s / total * share);
  }

  void add_idle(const IdleCell& cell) {
    if (cell.instant.starved > 0) {
      add_starved(cell.window, process_of(cell.thread), cell.seconds);
      return;
    }
    if (was_fought(evidence_, cell)) {
      add_lock(cell.window, cell.seconds, cell.seconds);
      return;
    }
    const Rule& rule = classify(facts_.of_stretch(cell));
    const bool of_driver = rule.kind.kind == Bottleneck::lock && gpu_.owns_locks(cell.window);
    if (of_driver || (rule.kind.kind == Bottleneck::lock && cell.wait < 0)) {
      add_lock(cell.window, cell.seconds, cell.seconds);
      return;
    }
    if (rule.kind.kind == Bottleneck::lock) evidence_.lock_saved_s += cell.seconds;
    Kind kind = rule.kind;
    if (kind.kind == Bottleneck::run_queue)
      kind.detail = facts_.queue_detail(cell.window, cell.seconds);
    add(cell.window, kind, process_of(cell.thread), -1, cell.wait, false, cell.seconds);
    reasons_[kind.kind][&rule] += cell.seconds;
  }

  void count_samples() {
    for (const CodeCell& cell : profile_.timeline.code) {
      const Location& place = profile_.locations.at(static_cast<std::size_t>(cell.location));
      if (place.role == Role::spin) continue;
      const int process = process_of(cell.thread);
      const Facts facts = facts_.of_code(cell.location, process, cell.window);
      if (place.role == Role::lock) {
        evidence_.samples[Bottleneck::lock] += cell.samples;
      } else if (facts.activity == Activity::unknown_kernel && !facts.starting) {
        for (const auto& [kind, share] : counters_.split_kernel(process, cell.window))
          evidence_.samples[kind.kind] += share * cell.samples;
      } else {
        const Rule& rule = classify(facts);
        evidence_.samples[rule.kind.kind] += cell.samples;
        reasons_[rule.kind.kind][&rule] += cell.seconds;
      }
    }
  }

  void tell_device_reasons() {
    std::map<Bottleneck, std::vector<std::pair<double, const GpuRule*>>> seen;
    for (const auto& [rule, seconds] : gpu_.reasons())
      seen[rule->kind.kind].push_back({seconds, rule});
    for (auto& [kind, rules] : seen) {
      std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
        return std::tie(b.first, a.second) < std::tie(a.first, b.second);
      });
      for (const auto& [seconds, rule] : rules) {
        evidence_.supports[kind].emplace_back(rule->because);
        if (!rule->contradicts.empty()) evidence_.contradicts[kind].emplace_back(rule->contradicts);
      }
    }
  }

  void tell_reasons() {
    tell_device_reasons();
    for (const auto& [kind, by_rule] : reasons_) {
      std::vector<std::pair<double, const Rule*>> sorted;
      for (const auto& [rule, seconds] : by_rule) sorted.push_back({seconds, rule});
      std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(b.first, a.second) < std::tie(a.first, b.second);
      });
      for (const auto& [seconds, rule] : sorted) {
        evidence_.supports[kind].emplace_back(rule->because);
        if (!rule->contradicts.empty()) evidence_.contradicts[kind].emplace_back(rule->contradicts);
      }
    }
  }

  const Profile& profile_;
  const Counters& counters_;
  Evidence& evidence_;
  FactFinder facts_;
  CodeMixes mixes_;
  GpuAccounting gpu_;
  std::map<Key, double> slices_;
  std::map<Bottleneck, std::map<const Rule*, double>> reasons_;
  Kind lock_kind_{Bottleneck::lock, Detail::none};
  int lock_process_ = -1;
};

}  // namespace

void attribute(const Profile& profile, const Counters& counters, const HotLoops& loops,
               Evidence& evidence) {
  Attribution{profile, counters, loops, evidence}.run();
}

}  // namespace bottleneck
