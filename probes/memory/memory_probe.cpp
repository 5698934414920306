#include "probes/memory/memory_probe.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "probes/io/poll_clock.h"
#include "probes/machine/cgroup.h"
#include "probes/machine/cgroup_watch.h"
#include "probes/machine/text.h"
#include "probes/memory/limit_watch.h"
#include "probes/memory/memory_facts.h"

namespace bottleneck {
namespace {

/// Processes whose status file stays open; see the probe "io".
constexpr std::size_t most_kept_open = 64;
/// /proc/PID/status has some 60 short lines; what is wanted stands in the first half.
constexpr std::size_t most_status_bytes = 4096;
constexpr double kibibyte = 1024;
/// Half as often as the counters: /proc/PID/status costs 11 us (measured, pread in a loop), twice
/// stat and io together, and VmHWM keeps the peak in between.
constexpr std::chrono::milliseconds look_interval = 2 * poll_interval;

/// Bytes, by the last look at a process.
struct Resident {
  double peak = 0;  ///< VmHWM: its own high-water mark
  double now = 0;
  double swap = 0;
};

class MemoryProbe : public Probe {
 public:
  explicit MemoryProbe(System system) : system_(std::move(system)) {}
  std::string_view name() const override { return "memory"; }
  ProbeState check(const System&) override;
  void attach(ProcessTree&) override;
  std::chrono::milliseconds tick_interval() const override { return look_interval; }
  void tick(ProcessTree&) override;
  void target_started(std::int64_t) override { started_ = true; }
  void target_exited(ProcessTree&, std::int64_t) override;
  void finish(Profile&) override;

 private:
  struct Polled {
    KeptFile status;
    Resident resident;
  };
  bool poll(pid_t, Polled&);
  void add_polled(Profile&) const;

  System system_;
  CgroupWatch groups_;
  MemoryFacts before_;
  MemoryFacts after_;
  LimitWatch limits_;
  std::map<pid_t, Polled> processes_;
  pid_t next_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool polled_ = false;
  double peak_process_ = 0;  ///< highest VmHWM of one process
  double peak_tree_ = 0;     ///< highest sum over the processes that lived at one tick
  double peak_swap_ = 0;
};

ProbeState MemoryProbe::check(const System& system) {
  ProbeState state{"memory", ProbeStatus::available, "", "", ""};
  if (!system.read("/proc/self/status")) {
    state.status = ProbeStatus::unavailable;
    state.reason = "/proc/self/status cannot be read: /proc is not mounted";
    state.remedy = "mount -t proc proc /proc";
    return state;
  }
  const MemoryFacts facts = read_memory_facts(system, own_membership(system));
  const std::string pages = huge_page_setting(system);
  state.detail = fmt::format("pressure from {}; refaults from {}; transparent huge pages: {}",
                             facts.stall_us.value ? facts.stall_us.source : "nowhere",
                             facts.refaults.value ? facts.refaults.source : "nowhere",
                             pages.empty() ? "none" : pages);
  std::vector<std::string> lacking;
  for (const Reading* reading : {&facts.refaults, &facts.stall_us, &facts.swap_ins})
    if (!reading->value) lacking.push_back(reading->reason);
  if (!lacking.empty()) {
    state.status = ProbeStatus::degraded;
    state.reason = fmt::format("{}", fmt::join(lacking, "; "));
  }
  return state;
}

void MemoryProbe::attach(ProcessTree& tree) {
  groups_ = CgroupWatch(system_, tree.root);
  before_ = read_memory_facts(system_, groups_.membership());
  limits_ = LimitWatch(system_, tree.root);
}

/// Looks at one process; false if it is gone or has no memory any more (a zombie).
bool MemoryProbe::poll(pid_t pid, Polled& process) {
  std::array<char, most_status_bytes> buffer;
  const KeptFile once = process.status.is_open()
                            ? KeptFile()
                            : KeptFile(system_, fmt::format("/proc/{}/status", pid));
  const auto text = (process.status.is_open() ? process.status : once).read(buffer);
  const auto peak = text ? number_after(*text, "VmHWM") : std::nullopt;
  if (!peak) return false;
  const auto bytes = [&](std::string_view key) {
    return kibibyte * static_cast<double>(number_after(*text, key).value_or(0));
  };
  process.resident = {kibibyte * static_cast<double>(*peak), bytes("VmRSS"), bytes("VmSwap")};
  peak_process_ = std::max(peak_process_, process.resident.peak);
  limits_.see(pid, limited_bytes(*text));
  polled_ = true;
  return true;
}

void MemoryProbe::tick(ProcessTree& tree) {
  // What a target did before it moved is not in the counters of its new groups.
  if (groups_.moved()) before_ = read_memory_facts(system_, groups_.membership());
  if (!started_ || tree.live.empty()) return;
  const double began = own_cpu_s();
  std::erase_if(processes_, [&](const auto& entry) { return !tree.live.contains(entry.first); });
  auto at = tree.live.lower_bound(next_);
  for (std::size_t i = 0; i < tree.live.size() && own_cpu_s() - began < most_tick_cpu_s; ++i) {
    if (at == tree.live.end()) at = tree.live.begin();
    const pid_t pid = *at++;
    next_ = pid + 1;
    const auto [process, is_new] = processes_.try_emplace(pid);
    if (is_new && processes_.size() <= most_kept_open)
      process->second.status = KeptFile(system_, fmt::format("/proc/{}/status", pid));
    if (!poll(pid, process->second)) processes_.erase(process);
  }
  limits_.read_limits();
  Resident sum;
  for (const auto& [pid, process] : processes_) {
    sum.now += process.resident.now;
    sum.swap += process.resident.swap;
  }
  peak_tree_ = std::max(peak_tree_, sum.now);
  peak_swap_ = std::max(peak_swap_, sum.swap);
}

void MemoryProbe::target_exited(ProcessTree&, std::int64_t) {
  after_ = read_memory_facts(system_, groups_.membership());
  limits_.end();
  ended_ = true;
}

void MemoryProbe::add_polled(Profile& profile) const {
  const Unavailable too_short{
      "the target ended before the first look at /proc/PID/status (200 ms), or it may not be read",
      ""};
  const auto polled = [&](const char* name, double bytes) {
    Measurement measurement{name, too_short, "/proc/PID/status", 1};
    if (polled_) measurement.result = exactly(bytes, Unit::bytes);
    return measurement;
  };
  Measurement rss = polled("memory.max_rss", peak_process_);
  const bool ran = profile.run >= 0 && static_cast<std::size_t>(profile.run) < profile.runs.size();
  const double reported = ran ? static_cast<double>(profile.this_run().max_rss_bytes) : 0;
  if (reported > peak_process_) {
    rss.result = exactly(reported, Unit::bytes);
    rss.source = "rusage";
  }
  profile.measurements.push_back(rss);
  profile.measurements.push_back(polled("memory.tree_rss", peak_tree_));
  profile.measurements.push_back(polled("memory.swap", peak_swap_));
}

void MemoryProbe::finish(Profile& profile) {
  add_polled(profile);
  if (!ended_) {
    for (Reading* reading :
         {&after_.refaults, &after_.group_faults, &after_.stall_us, &after_.oom_kills,
          &after_.current, &after_.swap_ins, &after_.swap_outs, &after_.direct_reclaims})
      reading->reason = "the end of the run was not seen";
  }
  for (const Measurement& measurement : memory_differences(before_, after_))
    profile.measurements.push_back(measurement);
  profile.measurements.push_back(group_limit(system_, groups_.membership()));
  for (const Measurement& measurement : limits_.measurements())
    profile.measurements.push_back(measurement);
  Measurement current{"memory.group_current", Unavailable{after_.current.reason, ""},
                      after_.current.source, 1};
  if (after_.current.value)
    current.result = exactly(static_cast<double>(*after_.current.value), Unit::bytes);
  profile.measurements.push_back(current);
}

}  // namespace

std::unique_ptr<Probe> make_memory_probe(const System& system) {
  return std::make_unique<MemoryProbe>(system);
}

}  // namespace bottleneck
