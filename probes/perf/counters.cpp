#include "probes/perf/counters.h"

#include <array>
#include <cerrno>
#include <cmath>

#include <fmt/format.h>

#include "probes/perf/counters_refusal.h"

namespace bottleneck {
namespace {

struct CounterName {
  const char* measurement;
  const char* event;  ///< libpfm4's name
  int partner;        ///< position of the event whose ratio with this one is used; -1 = none
};

/// Events that several vendors have under these names; more than a CPU's 4 to 8 counters would only
/// multiplex.
constexpr std::array<CounterName, 7> counter_names{
    {{"cpu.cycles", "cycles", -1},
     {"cpu.instructions", "instructions", 0},
     {"cpu.branches", "branches", -1},
     {"cpu.branch_misses", "branch-misses", 2},
     {"cpu.cache_misses", "cache-misses", -1},
     {"cpu.llc_load_misses", "LLC-load-misses", -1},
     {"cpu.dtlb_load_misses", "dTLB-load-misses", -1}}};

/// Instructions are exact on every PMU but for a few thousand around the loop.
constexpr double self_test_tolerance = 0.02;
/// No CPU takes more than two branches per cycle, so the loop needs at least half a cycle per
/// round; half of that again for a clock that the hypervisor scales.
constexpr double least_cycles_per_round = 0.25;

/// A loop of exactly `rounds` x 2 instructions, of which one branches.
void run_known_loop(std::uint64_t rounds) {
#if defined(__x86_64__)
  asm volatile("1: dec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
#elif defined(__aarch64__)
  asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(rounds) : : "cc");
#else
#error "write the loop of two instructions for this machine"
#endif
}

/// What would have been counted with a counter of its own all the time.
double scaled(const CounterReading& reading) {
  if (reading.running_ns == 0) return 0;
  return static_cast<double>(reading.value) * static_cast<double>(reading.enabled_ns) /
         static_cast<double>(reading.running_ns);
}

class CounterProbe : public Probe {
 public:
  CounterProbe(System system, std::unique_ptr<CounterSource> source)
      : system_(std::move(system)), source_(std::move(source)) {}
  ~CounterProbe() override { close_all(); }
  std::string_view name() const override { return "perf.counters"; }
  ProbeState check(const System&) override;
  void attach(ProcessTree&) override;
  void target_exited(ProcessTree&, std::int64_t) override;
  void finish(Profile&) override;

 private:
  struct Event {
    CounterName name{};
    int handle = -1;
    bool user_only = true;
    std::optional<Unavailable> refusal;
    std::optional<CounterReading> reading;
  };
  const std::optional<Unavailable>& self_test();
  std::optional<Unavailable> count_known_loop();
  std::optional<Unavailable> judge_self_test(const std::string& event, const CounterReading&) const;
  Event open_event(const CounterName&, pid_t, bool with_children, int group = -1);
  int open_with_rights(CounterRequest, bool& user_only);
  Measurement measure(const Event&) const;
  void close_all();

  System system_;
  std::unique_ptr<CounterSource> source_;
  std::vector<Event> events_;
  bool tested_ = false;
  std::optional<Unavailable> unusable_;
};

/// The kernel's part needs perf_event_paranoid <= 1 or CAP_PERFMON; else user code alone.
int CounterProbe::open_with_rights(CounterRequest request, bool& user_only) {
  user_only = false;
  request.exclude_kernel = false;
  const int result = source_->open(request);
  if (result != -EACCES && result != -EPERM) return result;
  user_only = true;
  request.exclude_kernel = true;
  return source_->open(request);
}

CounterProbe::Event CounterProbe::open_event(const CounterName& name, pid_t pid, bool with_children,
                                             int group) {
  Event event{name, -1, false, std::nullopt, std::nullopt};
  int result = open_with_rights({name.event, pid, true, with_children, group}, event.user_only);
  if (result < 0 && group >= 0)  // the two do not fit on this PMU together
    result = open_with_rights({name.event, pid, true, with_children, -1}, event.user_only);
  if (result < 0)
    event.refusal = explain_refusal(system_, -result, name.event);
  else
    event.handle = result;
  return event;
}

std::optional<Unavailable> CounterProbe::judge_self_test(const std::string& event,
                                                         const CounterReading& reading) const {
  constexpr double rounds = static_cast<double>(self_test_iterations);
  if (reading.running_ns == 0)
    return Unavailable{
        "all hardware counters are in use: ours never ran (another profiler, the NMI watchdog)",
        "sudo sysctl kernel.nmi_watchdog=0"};
  const double counted = scaled(reading);
  const double expected = event == "instructions" ? 2 * rounds : rounds;
  const bool right = event == "cycles"
                         ? counted >= least_cycles_per_round * rounds
                         : std::abs(counted - expected) <= self_test_tolerance * expected;
  if (right) return std::nullopt;
  return Unavailable{fmt::format("counters are present but wrong: {} reads {:.0f} instead of "
                                 "{}{:.0f} over a loop of known "
                                 "length (virtual machines do this)",
                                 event, counted, event == "cycles" ? "about " : "", expected),
                     "run on bare metal, or on a virtual machine with a working PMU"};
}

/// Counts a loop of known length in our own process: cycles, instructions and branches must be
/// right.
std::optional<Unavailable> CounterProbe::count_known_loop() {
  constexpr std::size_t tested = 3;
  std::array<int, tested> handles;
  handles.fill(-1);
  std::optional<Unavailable> failure;
  for (std::size_t i = 0; i < tested && !failure; ++i) {
    handles[i] = source_->open({counter_names[i].event, 0, true, false, -1});
    if (handles[i] < 0) failure = explain_refusal(system_, -handles[i], counter_names[i].event);
  }
  if (!failure) {
    for (int handle : handles) source_->start(handle);
    run_known_loop(self_test_iterations);
    for (int handle : handles) source_->stop(handle);
  }
  for (std::size_t i = 0; i < tested && !failure; ++i) {
    const auto reading = source_->read(handles[i]);
    failure =
        reading ? judge_self_test(counter_names[i].event, *reading)
                : Unavailable{
                      fmt::format("the counter of {} cannot be read", counter_names[i].event), ""};
  }
  for (int handle : handles)
    if (handle >= 0) source_->close(handle);
  return failure;
}

const std::optional<Unavailable>& CounterProbe::self_test() {
  if (!tested_) {
    unusable_ = missing_pmu(system_);
    if (!unusable_) unusable_ = count_known_loop();
    tested_ = true;
  }
  return unusable_;
}

ProbeState CounterProbe::check(const System&) {
  ProbeState state{"perf.counters", ProbeStatus::unavailable, "", "", ""};
  if (const auto& refusal = self_test()) {
    state.reason = refusal->reason;
    state.remedy = refusal->remedy;
    return state;
  }
  state.status = ProbeStatus::available;
  std::string there;
  bool user_only = false;
  for (const CounterName& name : counter_names) {
    const Event event = open_event(name, 0, false);
    if (event.handle >= 0) {
      source_->close(event.handle);
      there += (there.empty() ? "" : ", ") + std::string(name.event);
      user_only = user_only || event.user_only;
    } else {
      state.status = ProbeStatus::degraded;
      state.reason = event.refusal->reason;
      state.remedy = event.refusal->remedy;
    }
  }
  state.detail = there + (user_only ? " (user code only)" : "");
  return state;
}

void CounterProbe::attach(ProcessTree& tree) {
  if (self_test()) return;  // said by check; finish gives the reason for each counter
  for (const CounterName& name : counter_names) {
    const int group =
        name.partner < 0 ? -1 : events_[static_cast<std::size_t>(name.partner)].handle;
    events_.push_back(open_event(name, tree.root, true, group));
  }
}

void CounterProbe::target_exited(ProcessTree&, std::int64_t) {
  for (Event& event : events_)
    if (event.handle >= 0) event.reading = source_->read(event.handle);
}

Measurement CounterProbe::measure(const Event& event) const {
  Measurement measurement{event.name.measurement, {}, "perf_event:", 1};
  measurement.source += std::string(event.name.event) + (event.user_only ? ":u" : "");
  if (event.refusal) {
    measurement.result = *event.refusal;
  } else if (!event.reading) {
    measurement.result = Unavailable{"the counter could not be read at the end of the run", ""};
  } else if (event.reading->enabled_ns == 0) {
    measurement.result =
        Unavailable{"the counter was never switched on: the target did not get to exec", ""};
  } else if (event.reading->running_ns == 0) {
    measurement.result = Unavailable{"the event never got a hardware counter: all were in use",
                                     "sudo sysctl kernel.nmi_watchdog=0"};
    measurement.coverage = 0;
  } else if (event.reading->value == 0) {
    // Loading any program misses in every cache and TLB: a 0 is a counter that does not count.
    measurement.result = Unavailable{
        fmt::format("{} is present but reads 0 over the whole run", event.name.event), ""};
  } else {
    measurement.coverage = std::min(1.0, static_cast<double>(event.reading->running_ns) /
                                             static_cast<double>(event.reading->enabled_ns));
    // Scaled up from the time that was seen; what was not seen may have been idle or twice as busy.
    const auto counted = static_cast<double>(event.reading->value);
    const double value = measurement.coverage < 1 ? scaled(*event.reading) : counted;
    measurement.result = Quantity{value, counted, 2 * value - counted, Unit::count};
  }
  return measurement;
}

void CounterProbe::finish(Profile& profile) {
  if (events_.empty())
    for (const CounterName& name : counter_names) {
      const auto why =
          tested_ && unusable_ ? *unusable_ : Unavailable{"the counters were not attached", ""};
      events_.push_back({name, -1, true, why, std::nullopt});
    }
  for (const Event& event : events_) profile.measurements.push_back(measure(event));
  if (profile.tier == Tier::B1 && value_of(profile.measurements, "cpu.cycles"))
    profile.tier = Tier::A;
  close_all();
}

void CounterProbe::close_all() {
  for (Event& event : events_)
    if (event.handle >= 0) source_->close(std::exchange(event.handle, -1));
}

}  // namespace

std::unique_ptr<Probe> make_counters(const System& system) {
  return make_counters(system, make_kernel_counters());
}

std::unique_ptr<Probe> make_counters(const System& system, std::unique_ptr<CounterSource> source) {
  return std::make_unique<CounterProbe>(system, std::move(source));
}

}  // namespace bottleneck
