#include "probes/machine/load.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/io/counter_cells.h"
#include "probes/io/poll_clock.h"
#include "probes/machine/cgroup.h"
#include "probes/machine/cgroup_watch.h"
#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// The first line of /proc/stat is all that is needed: ten numbers of at most 20 digits.
constexpr std::size_t stat_head_bytes = 256;
/// Looks kept; when there are more, every second one goes. More than there can be windows in a
/// Profile.
constexpr std::size_t most_samples = 8192;

/// Positions in the line "cpu ...". guest times are contained in user and nice. Source: proc(5).
enum CpuField : std::size_t { idle_field = 3, iowait_field = 4, steal_field = 7 };

/// CPU ticks of all CPUs that were neither idle nor waiting for I/O.
std::optional<std::uint64_t> busy_ticks(std::string_view stat) {
  std::string_view line = line_after(stat, "cpu");
  std::uint64_t busy = 0;
  std::size_t field = 0;
  for (std::string_view part : split(line, ' ')) {
    const auto ticks = leading_number(part);
    if (!ticks) break;
    if (field != idle_field && field != iowait_field && field <= steal_field) busy += *ticks;
    ++field;
  }
  return field > iowait_field ? std::optional(busy) : std::nullopt;
}

class LoadProbe : public Probe {
 public:
  explicit LoadProbe(System system) : system_(std::move(system)) {}
  std::string_view name() const override { return "load"; }
  ProbeState check(const System&) override;
  void attach(ProcessTree&) override;
  std::chrono::milliseconds tick_interval() const override { return poll_interval; }
  void tick(ProcessTree&) override {
    look(clock_.now());
    if (groups_.moved()) watch_throttling();
  }
  void target_started(std::int64_t ns) override {
    clock_.start(ns);
    first_throttled_s_ = throttled_s();  // what came before exec was ours
    look(0);
  }
  void target_exited(ProcessTree&, std::int64_t ns) override { look(clock_.at(ns)); }
  void finish(Profile&) override;

 private:
  void look(double time_s);
  void watch_throttling();
  double throttled_s() const;

  System system_;
  PollClock clock_;
  KeptFile stat_;
  CgroupWatch groups_;
  std::vector<KeptFile> throttle_;  ///< cpu.stat of every level with a quota
  bool limited_ = false;            ///< there was a quota at some time
  bool v2_ = false;
  std::optional<std::uint64_t> first_busy_;
  double throttled_before_s_ = 0;  ///< in the groups that the target has left
  double first_throttled_s_ = 0;   ///< what the group had when it was entered
  std::vector<LoadSample> samples_;
};

ProbeState LoadProbe::check(const System& system) {
  ProbeState state{"load", ProbeStatus::available, "", "", ""};
  if (!busy_ticks(system.read("/proc/stat").value_or(""))) {
    state.status = ProbeStatus::unavailable;
    state.reason = "/proc/stat cannot be read, or has no line \"cpu\"";
    return state;
  }
  const CgroupPath path = cgroup_path(system, "cpu");
  const auto limited = throttling_directories(system, path);
  state.detail = limited.empty() ? "others' load; no CPU quota"
                                 : "others' load, throttling by " + limited.front();
  return state;
}

void LoadProbe::attach(ProcessTree& tree) {
  stat_ = KeptFile(system_, "/proc/stat");
  groups_ = CgroupWatch(system_, tree.root);
  watch_throttling();
}

/// From now on the groups that the target is in now; what it lost in others stays counted.
void LoadProbe::watch_throttling() {
  throttled_before_s_ += throttled_s() - first_throttled_s_;
  throttle_.clear();
  const CgroupPath path = cgroup_path(system_, "cpu", groups_.membership());
  v2_ = path.v2;
  for (const std::string& directory : throttling_directories(system_, path))
    throttle_.emplace_back(system_, directory + "/cpu.stat");
  limited_ |= !throttle_.empty();
  first_throttled_s_ = throttled_s();
}

double LoadProbe::throttled_s() const {
  std::array<char, 1024> buffer;
  double seconds = 0;
  for (const KeptFile& file : throttle_) {
    const std::string_view text = file.read(buffer).value_or("");
    const auto moved =
        number_after(text, v2_ ? "throttled_usec" : "throttled_time");  // v1 counts ns
    seconds += static_cast<double>(moved.value_or(0)) * (v2_ ? 1e-6 : 1e-9);
  }
  return seconds;
}

void LoadProbe::look(double time_s) {
  if (!clock_.started()) return;
  std::array<char, stat_head_bytes> buffer;
  const auto busy = busy_ticks(stat_.read(buffer).value_or(""));
  if (!busy) return;
  if (!first_busy_) first_busy_ = *busy;
  const double throttled = throttled_before_s_ + throttled_s() - first_throttled_s_;
  const auto ticks = static_cast<double>(*busy - std::min(*busy, *first_busy_));
  samples_.push_back({time_s, ticks / static_cast<double>(sysconf(_SC_CLK_TCK)), throttled});
  if (samples_.size() <= most_samples) return;
  std::vector<LoadSample> thinned;
  for (std::size_t i = 0; i < samples_.size(); i += 2) thinned.push_back(samples_[i]);
  samples_ = std::move(thinned);
}

void LoadProbe::finish(Profile& profile) {
  Measurement others{"system.others_busy", {}, "/proc/stat minus the tree's own CPU", 1};
  Measurement throttled{
      "system.throttled", {}, v2_ ? "cpu.stat throttled_usec" : "cpu.stat throttled_time", 1};
  if (samples_.size() < 2) {
    others.result = Unavailable{"/proc/stat was not read twice while the target ran", ""};
    throttled.result = others.result;
  } else {
    Timeline& timeline = profile.timeline;
    ensure_windows(timeline, samples_.back().time_s,
                   1e-3 * static_cast<double>(poll_interval.count()));
    timeline.system = system_cells(samples_, own_cpu_by_window(timeline), timeline.window_s);
    double sum = 0;
    for (const SystemCell& cell : timeline.system) sum += cell.others_busy_s;
    others.result = exactly(sum, Unit::seconds);
    throttled.result = exactly(samples_.back().throttled_s, Unit::seconds);
    if (!limited_)
      throttled.result = Unavailable{"no CPU quota is set on the target's control group", ""};
  }
  profile.measurements.push_back(others);
  profile.measurements.push_back(throttled);
}

}  // namespace

std::vector<double> own_cpu_by_window(const Timeline& timeline) {
  std::vector<double> own(static_cast<std::size_t>(std::max(1, timeline.windows)), 0.0);
  const auto add = [&](int window, double seconds) {
    if (window >= 0 && window < static_cast<int>(own.size()))
      own[static_cast<std::size_t>(window)] += seconds;
  };
  for (const CodeCell& cell : timeline.code) add(cell.window, cell.seconds);
  if (timeline.code.empty())
    for (const CounterCell& cell : timeline.counters) add(cell.window, cell.user_s + cell.system_s);
  return own;
}

std::vector<SystemCell> system_cells(const std::vector<LoadSample>& samples,
                                     const std::vector<double>& own, double window_s) {
  std::vector<SystemCell> cells(own.size());
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i].window = static_cast<int>(i);
  std::vector<double> own_until(own.size() + 1, 0.0);
  for (std::size_t i = 0; i < own.size(); ++i) own_until[i + 1] = own_until[i] + own[i];
  const auto own_at = [&](double time_s) {
    const double at = std::clamp(time_s / window_s, 0.0, static_cast<double>(own.size()));
    const auto window = std::min(static_cast<std::size_t>(at), own.size() - 1);
    return own_until[window] + (at - static_cast<double>(window)) * own[window];
  };
  double others_before = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const LoadSample& from = samples[i - 1];
    const LoadSample& to = samples[i];
    const double others = std::max(others_before, to.busy_s - own_at(to.time_s));
    const double length = to.time_s - from.time_s;
    if (length <= 0) continue;
    const auto first = static_cast<std::size_t>(std::max(0.0, from.time_s / window_s));
    for (std::size_t window = first; window < cells.size(); ++window) {
      const double begin = std::max(from.time_s, static_cast<double>(window) * window_s);
      const double end = std::min(to.time_s, static_cast<double>(window + 1) * window_s);
      if (begin >= to.time_s) break;
      const double part = std::max(0.0, end - begin) / length;
      cells[window].others_busy_s += part * (others - others_before);
      cells[window].throttled_s += part * (to.throttled_s - from.throttled_s);
    }
    others_before = others;
  }
  return cells;
}

std::unique_ptr<Probe> make_load_probe(const System& system) {
  return std::make_unique<LoadProbe>(system);
}

}  // namespace bottleneck
