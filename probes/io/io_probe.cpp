#include "probes/io/io_probe.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/io/counter_cells.h"
#include "probes/io/poll_clock.h"
#include "probes/io/tree_counters.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

/// Processes looked at in one tick; more take turns.
constexpr std::size_t most_per_tick = 50;
/// Processes whose two files stay open: the soft limit of open files is 1024 on most systems, and
/// not ours alone.
constexpr std::size_t most_kept_open = 64;

/// At the end everything is looked at once more, but the report must not wait for it (0.5 s in
/// all).
constexpr double most_exit_cpu_s = 0.05;

constexpr const char* denied_remedy = "run as root, or as the user that the target changes to";

struct Total {
  const char* name;
  Counter counter;
  Unit unit;
  bool from_io;
};
constexpr Total totals[] = {
    {"io.read_bytes", Counter::read_bytes, Unit::bytes, true},
    {"io.written_bytes", Counter::written_bytes, Unit::bytes, true},
    {"io.read_chars", Counter::read_chars, Unit::bytes, true},
    {"io.written_chars", Counter::written_chars, Unit::bytes, true},
    {"io.read_calls", Counter::read_calls, Unit::count, true},
    {"io.write_calls", Counter::write_calls, Unit::count, true},
    {"memory.minor_faults", Counter::minor_faults, Unit::count, false},
    {"memory.major_faults", Counter::major_faults, Unit::count, false},
};

class IoProbe : public Probe {
 public:
  explicit IoProbe(System system) : system_(std::move(system)) {}
  std::string_view name() const override { return "io"; }
  ProbeState check(const System&) override;
  void attach(ProcessTree&) override;
  std::chrono::milliseconds tick_interval() const override { return poll_interval; }
  void tick(ProcessTree&) override;
  void target_started(std::int64_t ns) override { clock_.start(ns); }
  void target_exited(ProcessTree&, std::int64_t ns) override;
  void finish(Profile&) override;

 private:
  void adopt_new(const ProcessTree&, double time_s, double most_cpu_s);
  bool poll(pid_t, double time_s);
  void add_totals(Profile&) const;
  void report_state(Profile&) const;

  System system_;
  PollClock clock_;
  pid_t root_ = 0;
  TreeCounters counters_;
  std::map<pid_t, ProcessFiles> files_;
  std::map<pid_t, SeenProcess> seen_;
  std::size_t kept_open_ = 0;
  pid_t next_ = 0;          ///< whose turn it is
  double last_tick_s_ = 0;  ///< a process that is new now was born after it
  double end_s_ = 0;
  bool attached_ = false;
};

ProbeState IoProbe::check(const System& system) {
  ProbeState state{"io", ProbeStatus::available, "", "",
                   "CPU time, faults, bytes and calls per process, ten times a second"};
  if (!system.read("/proc/self/stat")) {
    state.status = ProbeStatus::unavailable;
    state.reason = "/proc/self/stat cannot be read: /proc is not mounted";
    state.remedy = "mount -t proc proc /proc";
  } else if (!system.read("/proc/self/io")) {
    state.status = ProbeStatus::degraded;
    state.reason =
        "/proc/self/io cannot be read: kernel without task I/O accounting, or access refused";
    state.detail = "CPU time and faults per process only";
  }
  return state;
}

void IoProbe::attach(ProcessTree& tree) {
  root_ = tree.root;
  const auto [files, is_new] = files_.try_emplace(root_, system_, root_, true);
  kept_open_ = 1;
  const auto reading = files->second.read();
  if (!reading)
    throw Error{fmt::format("/proc/{}/stat cannot be read", root_),
                "hidden from us (hidepid) or /proc is not mounted",
                "faults, bytes and calls are not known", "run as root"};
  counters_.start_from(*reading);
  attached_ = true;
}

/// Looks at one process; false if it is gone.
bool IoProbe::poll(pid_t pid, double time_s) {
  const auto files = files_.find(pid);
  const auto reading = files->second.read();
  if (!reading) {
    if (files->second.kept_open()) --kept_open_;
    files_.erase(files);
    counters_.vanish(pid, time_s);
    seen_[pid].ended = true;
    return false;
  }
  const auto [at, is_new] = seen_.try_emplace(pid);
  SeenProcess& process = at->second;
  if (is_new) process.first_s = last_tick_s_;
  process.parent = reading->parent;
  process.name = reading->name;
  process.last_s = time_s;
  process.ended = reading->state == 'Z';
  (reading->io_known ? process.io_read : process.io_denied) = true;
  counters_.observe(*reading, time_s, last_tick_s_);
  return true;
}

void IoProbe::adopt_new(const ProcessTree& tree, double time_s, double most_cpu_s) {
  const double began = own_cpu_s();
  for (pid_t pid : tree.live) {
    if (files_.contains(pid)) continue;
    if (own_cpu_s() - began > most_cpu_s) return;
    const bool keep_open = kept_open_ < most_kept_open;
    files_.try_emplace(pid, system_, pid, keep_open);
    if (keep_open) ++kept_open_;
    poll(pid, time_s);
  }
}

void IoProbe::tick(ProcessTree& tree) {
  if (!attached_ || !clock_.started()) return;
  const double began = own_cpu_s();
  const double time_s = clock_.now();
  const std::size_t turns = std::min(most_per_tick, files_.size());
  for (std::size_t i = 0; i < turns && own_cpu_s() - began < most_tick_cpu_s; ++i) {
    auto at = files_.lower_bound(next_);
    if (at == files_.end()) at = files_.begin();
    if (at == files_.end()) break;
    next_ = at->first + 1;
    poll(at->first, time_s);
  }
  adopt_new(tree, time_s, most_tick_cpu_s);
  last_tick_s_ = time_s;
}

void IoProbe::target_exited(ProcessTree& tree, std::int64_t ns) {
  if (!attached_) return;
  end_s_ = clock_.at(ns);
  adopt_new(tree, end_s_, most_exit_cpu_s);
  // All of them, so that children that were reaped since are taken off their parents; the root has
  // the last word.
  std::vector<pid_t> others;
  for (const auto& [pid, files] : files_)
    if (pid != root_) others.push_back(pid);
  for (pid_t pid : others) poll(pid, end_s_);
  if (files_.contains(root_)) poll(root_, end_s_);
}

void IoProbe::add_totals(Profile& profile) const {
  CounterDelta sum;
  for (const auto& [key, delta] : counters_.samples().entries())
    for (std::size_t i = 0; i < counter_count; ++i) sum.values[i] += delta.values[i];
  double readable = 0;
  for (const auto& [pid, process] : seen_) readable += process.io_read ? 1 : 0;
  for (const Total& total : totals) {
    Measurement measurement{total.name, {}, total.from_io ? "/proc/PID/io" : "/proc/PID/stat", 1};
    const auto value = static_cast<double>(std::max<std::int64_t>(0, sum[total.counter]));
    if (seen_.empty()) {
      measurement.result = Unavailable{"the target's /proc files were never read", ""};
    } else if (total.from_io && readable == 0) {
      measurement.result = Unavailable{"/proc/PID/io of the target may not be read", denied_remedy};
    } else {
      measurement.result = exactly(value, total.unit);
      if (total.from_io) measurement.coverage = readable / static_cast<double>(seen_.size());
    }
    profile.measurements.push_back(measurement);
  }
}

void IoProbe::report_state(Profile& profile) const {
  std::size_t denied = 0;
  for (const auto& [pid, process] : seen_) denied += process.io_denied ? 1U : 0U;
  if (denied == 0) return;
  auto state = std::find_if(profile.probes.begin(), profile.probes.end(),
                            [](const ProbeState& candidate) { return candidate.name == "io"; });
  if (state == profile.probes.end())
    state = profile.probes.insert(state, ProbeState{"io", {}, "", "", ""});
  state->status = ProbeStatus::degraded;
  state->reason = fmt::format(
      "/proc/PID/io of {} of {} processes was refused (other user, setuid, or a kernel that "
      "restricts it)",
      denied, seen_.size());
  state->remedy = denied_remedy;
}

void IoProbe::finish(Profile& profile) {
  add_totals(profile);
  if (!attached_) return;
  ensure_windows(profile.timeline, end_s_, counters_.samples().slot_s());
  add_counter_cells(profile, counters_.samples(), root_, seen_,
                    static_cast<double>(sysconf(_SC_CLK_TCK)));
  report_state(profile);
}

}  // namespace

std::unique_ptr<Probe> make_io_probe(const System& system) {
  return std::make_unique<IoProbe>(system);
}

}  // namespace bottleneck
