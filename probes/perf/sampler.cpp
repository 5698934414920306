#include "probes/perf/sampler.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/clock.h"
#include "probes/code/kernel_symbols.h"
#include "probes/perf/availability.h"
#include "probes/perf/events.h"
#include "probes/sched/reducer.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

using perf::EventKind;
using perf::Scope;

constexpr std::int64_t ms = 1'000'000;
/// Records of all CPUs older than this have been written when we drain: the kernel writes within
/// microseconds.
constexpr std::int64_t settle_ns = 2 * ms;
/// Bursts: the first 30 ms, so that a short program has samples, then 10 ms each second: a tenth
/// more samples at 4 to 6 us each (research/pmuless.md section 1).
constexpr std::int64_t first_burst_ns = 30 * ms;
constexpr std::int64_t burst_ns = 10 * ms;
constexpr std::int64_t burst_every_ns = 1000 * ms;
/// Above so many switches a second each costs the target more than 2 % (1.8 us a sample with
/// stack): sample 10 ms of each 100. Source: research/pmuless.md section 1.
constexpr double thin_above_per_s = 10'000;
constexpr std::int64_t thin_on_ns = 10 * ms;
constexpr std::int64_t thin_every_ns = 100 * ms;
/// Tier B2: 3 ms of our CPU a second for polling /proc (issue text), in ticks of 10 ms.
constexpr std::int64_t poll_budget_per_tick_ns = 30'000;
constexpr std::int64_t tick_b1_ms = 50;
constexpr std::int64_t tick_b2_ms = 10;
/// A tenth of a CPU's share beside a busy target: 0.1 s of reading is done within about a second.
constexpr int loader_niceness = 10;
/// At the end the names are waited for so long at most: the report has to be there within 0.5 s.
constexpr std::int64_t names_wait_ns = 300 * ms;
/// Records kept until the names are there; then they are used without names.
constexpr std::size_t most_waiting_records = 100'000;
/// A run shorter than this does not wait for the kernel's names (0.1 s to read them the first
/// time).
constexpr std::int64_t too_short_for_names_ns = 100 * ms;

/// Calibrated cost of a record in the target. Source: research/pmuless.md section 1 (4 to 6 us a
/// clock sample, 0.5 us a switch record, 1.8 us a switch sample, on a 2-vCPU VM); a task record as
/// a switch sample.
constexpr double clock_cost_s = 5e-6, switch_cost_s = 0.5e-6, switch_sample_cost_s = 1.8e-6,
                 task_cost_s = 1.8e-6;

/// The kernel's names, read by a thread that gives way to the target.
struct NameLoader {
  std::atomic<bool> ready{false};
  KernelSymbols symbols;
  static std::shared_ptr<NameLoader> begin(const System& system) {
    auto loader = std::make_shared<NameLoader>();
    std::thread([loader, system] {
      ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), loader_niceness);
      loader->symbols = KernelSymbols::load(system, cache_directory());
      loader->ready.store(true, std::memory_order_release);
    }).detach();
    return loader;
  }
};

class Sampler : public Probe {
 public:
  Sampler(const System& system, int rate_hz) : system_(system) { rates_.clock_hz = rate_hz; }

  std::string_view name() const override { return "perf.sampler"; }
  bool keeps_tree() const override { return true; }
  ProbeState check(const System& system) override {
    return perf::sampler_state(system, perf::best_scope(), rates_);
  }
  void attach(ProcessTree& tree) override;
  std::vector<int> wake_fds() const override {
    return events_ ? events_->wake_fds() : std::vector<int>{};
  }
  std::chrono::milliseconds tick_interval() const override {
    const bool steering = bursting_ || switch_rate_ > thin_above_per_s;
    return std::chrono::milliseconds{kernel_seen_ && !steering ? tick_b1_ms : tick_b2_ms};
  }
  void tick(ProcessTree& tree) override;
  void target_started(std::int64_t at_ns) override { started_ns_ = at_ns; }
  void target_exited(ProcessTree& tree, std::int64_t at_ns) override;
  void finish(Profile& profile) override;

 private:
  void drain();
  void steer_bursts(std::int64_t now);
  void steer_switch_samples(std::int64_t now);
  void take_names(bool wait);

  System system_;
  perf::Rates rates_;
  bool kernel_seen_ = false;
  std::unique_ptr<perf::EventSet> events_;
  std::unique_ptr<sched::Reducer> reducer_;
  std::shared_ptr<NameLoader> names_;
  bool have_names_ = false;
  bool bursting_ = false;
  bool switch_samples_on_ = true;
  bool thinned_ = false;
  std::int64_t attached_ns_ = 0;
  std::int64_t started_ns_ = 0;
  std::int64_t exited_ns_ = 0;
  std::int64_t last_poll_ns_ = 0;
  std::int64_t rate_since_ns_ = 0;
  std::uint64_t rate_switches_ = 0;
  double switch_rate_ = 0;
};

void Sampler::attach(ProcessTree& tree) {
  const perf::Grant grant = perf::best_scope();
  if (!grant.scope) {
    const ProbeState state = perf::sampler_state(system_, grant, rates_);
    throw Error("the sampler cannot start", state.reason, "no samples of code and of waits",
                state.remedy);
  }
  kernel_seen_ = *grant.scope != Scope::inherited_user;
  if (kernel_seen_) names_ = NameLoader::begin(system_);
  try {
    events_ = std::make_unique<perf::EventSet>(*grant.scope, tree.root, rates_);
  } catch (const std::system_error& failed) {
    throw Error("the sampler cannot start", failed.what(), "no samples of code and of waits",
                "bottleneck doctor");
  }
  reducer_ = std::make_unique<sched::Reducer>(system_, tree, static_cast<std::uint32_t>(tree.root),
                                              kernel_seen_);
  attached_ns_ = rate_since_ns_ = monotonic_ns();
  if (*grant.scope == Scope::cpu_wide)
    for (EventKind kind : {EventKind::side_band, EventKind::clock, EventKind::switch_sample})
      events_->enable(kind, true);
  events_->enable(EventKind::burst, true);
  bursting_ = true;
}

void Sampler::drain() {
  const std::int64_t clock_period = 1'000'000'000LL / rates_.clock_hz;
  const std::int64_t burst_period = 1'000'000'000LL / rates_.burst_hz;
  for (perf::Ring& ring : events_->rings())
    ring.drain([&](std::span<const std::byte> bytes) {
      auto record = perf::decode(bytes);
      if (!record) return;
      const EventKind kind = events_->kind_of(record->stamp.id);
      reducer_->add(std::move(*record), kind, bursting_ ? burst_period : clock_period);
    });
}

void Sampler::tick(ProcessTree&) {
  if (!events_) return;
  const std::int64_t now = monotonic_ns();
  drain();
  take_names(false);
  if (!kernel_seen_ && now - last_poll_ns_ >= tick_b2_ms * ms) {
    last_poll_ns_ = now;
    reducer_->poll_waits(poll_budget_per_tick_ns);
  }
  if (!kernel_seen_ || have_names_ || reducer_->waiting() > most_waiting_records)
    reducer_->advance(now - settle_ns);
  steer_bursts(now);
  steer_switch_samples(now);
}

void Sampler::take_names(bool wait) {
  if (have_names_ || !names_) return;
  const std::int64_t until = monotonic_ns() + names_wait_ns;
  while (wait && !names_->ready.load(std::memory_order_acquire) && monotonic_ns() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (!names_->ready.load(std::memory_order_acquire)) return;
  reducer_->set_kernel_symbols(std::move(names_->symbols));
  have_names_ = true;
}

void Sampler::steer_bursts(std::int64_t now) {
  const std::int64_t since = now - (started_ns_ ? started_ns_ : attached_ns_);
  const bool wanted = since < first_burst_ns || since % burst_every_ns < burst_ns;
  if (wanted == bursting_) return;
  events_->enable(EventKind::burst, wanted);
  bursting_ = wanted;
}

void Sampler::steer_switch_samples(std::int64_t now) {
  if (!kernel_seen_) return;
  if (now - rate_since_ns_ >= thin_every_ns) {
    const std::uint64_t switches = reducer_->tally().switches;
    switch_rate_ = static_cast<double>(switches - rate_switches_) / 2 /
                   (static_cast<double>(now - rate_since_ns_) * 1e-9);
    rate_switches_ = switches;
    rate_since_ns_ = now;
  }
  const bool too_many = switch_rate_ > thin_above_per_s;
  const bool wanted = !too_many || (now - started_ns_) % thin_every_ns < thin_on_ns;
  thinned_ |= too_many;
  if (wanted == switch_samples_on_) return;
  events_->enable(EventKind::switch_sample, wanted);
  switch_samples_on_ = wanted;
}

void Sampler::target_exited(ProcessTree&, std::int64_t at_ns) {
  exited_ns_ = at_ns;
  if (!events_) return;
  for (EventKind kind : {EventKind::clock, EventKind::burst, EventKind::switch_sample})
    events_->enable(kind, false);
  drain();
}

void Sampler::finish(Profile& profile) {
  if (!events_) return;
  const std::int64_t end = exited_ns_ ? exited_ns_ : monotonic_ns();
  drain();
  take_names(end - started_ns_ > too_short_for_names_ns);
  profile.tier = kernel_seen_ ? Tier::B1 : Tier::B2;
  reducer_->finish(profile, started_ns_, end);
  const sched::Tally& tally = reducer_->tally();
  profile.overhead.samples = tally.samples + tally.switch_samples;
  profile.overhead.switch_records = tally.switches;
  profile.overhead.task_records = tally.tasks;
  profile.overhead.lost_records = tally.lost;
  profile.overhead.in_target_s = static_cast<double>(tally.samples) * clock_cost_s +
                                 static_cast<double>(tally.switch_samples) * switch_sample_cost_s +
                                 static_cast<double>(tally.switches) * switch_cost_s +
                                 static_cast<double>(tally.tasks) * task_cost_s;
  if (thinned_)
    profile.notes.emplace_back(
        "more than 10 000 context switches a second: wait reasons were sampled in 10 ms of each "
        "100");
  events_.reset();
}

}  // namespace

std::unique_ptr<Probe> make_sampler(const System& system, int rate_hz) {
  return std::make_unique<Sampler>(system, rate_hz);
}

}  // namespace bottleneck
