#include "probes/proc/proc_sampler.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <time.h>

#include "probes/inject/preload.h"
#include "probes/inject/segment_reader.h"
#include "probes/proc/polled_reducer.h"
#include "src/core/error.h"

namespace bottleneck {
namespace {

constexpr std::int64_t ms = 1'000'000;
/// How often /proc is looked at, as long as that costs no more than a hundredth of one CPU. Source:
/// DESIGN section 1 (at most 1 % slower).
constexpr std::int64_t shortest_interval_ns = 10 * ms;
/// The first looks follow each other faster: programs that start others and end at once.
constexpr std::int64_t first_interval_ns = 1 * ms;
constexpr std::int64_t longest_interval_ns = 500 * ms;
constexpr std::int64_t interval_per_cost = 100;
/// A signal's delivery and return, and a record of 512 bytes. Source: research/pmuless.md section 1
/// (4 to 6 us a clock sample, most of it the timer's exit from the virtual machine).
constexpr double sample_cost_s = 5e-6;
constexpr const char* probe_name = "proc.sampler";

std::int64_t now_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

class ProcSampler : public Probe {
 public:
  ProcSampler(const System& system, int rate_hz, bool may_preload)
      : system_(system), period_ns_(1'000'000'000 / rate_hz), may_preload_(may_preload) {}

  std::string_view name() const override { return probe_name; }
  bool keeps_tree() const override { return true; }
  ProbeState check(const System& system) override;
  std::vector<std::string> prepare(const std::string& program,
                                   const std::vector<std::string>& environment) override;
  void attach(ProcessTree& tree) override;
  std::chrono::milliseconds tick_interval() const override {
    return std::chrono::milliseconds{interval_ns_ / ms};
  }
  void tick(ProcessTree& tree) override;
  void target_started(std::int64_t at_ns) override {
    started_ns_ = at_ns;
    reducer_->start(at_ns);
  }
  void target_exited(ProcessTree& tree, std::int64_t at_ns) override;
  void finish(Profile& profile) override;

 private:
  void drain();
  void describe_samples(ProbeState& state) const;
  void describe_tier_d(ProbeState& state) const;

  System system_;
  std::int64_t period_ns_;
  bool may_preload_;
  std::string why_not_preloaded_;
  std::optional<std::string> object_;  ///< what is preloaded
  std::optional<inject::Segment> segment_;
  std::optional<proc::PolledReducer> reducer_;
  std::int64_t interval_ns_ = first_interval_ns;
  std::int64_t started_ns_ = 0;
  std::int64_t exited_ns_ = 0;
};

ProbeState ProcSampler::check(const System& system) {
  ProbeState state;
  state.name = probe_name;
  state.status = ProbeStatus::degraded;
  state.detail = "times and waits from /proc, samples of code from inside the program; tier C";
  state.reason = "the places of kernel time are not seen";
  if (!may_preload_)
    why_not_preloaded_ = "--no-preload was given";
  else if (!(object_ = inject::find_sampler_object(system)))
    why_not_preloaded_ =
        "libbottleneck_sampler.so is not beside this program, or there is a blank or a colon in "
        "its path";
  if (!why_not_preloaded_.empty()) describe_tier_d(state);
  return state;
}

std::vector<std::string> ProcSampler::prepare(const std::string& program,
                                              const std::vector<std::string>& environment) {
  if (!why_not_preloaded_.empty()) return {};
  if (const auto refusal = inject::refuse_preload(system_, program)) {
    why_not_preloaded_ = *refusal;
    return {};
  }
  try {
    segment_.emplace(static_cast<std::uint32_t>(period_ns_));
  } catch (const Error& error) {
    why_not_preloaded_ = error.what + ": " + error.why;
    return {};
  }
  return inject::preload_environment(environment, *object_, segment_->path());
}

void ProcSampler::attach(ProcessTree& tree) { reducer_.emplace(system_, tree); }

void ProcSampler::drain() {
  if (!segment_) return;
  const std::int64_t now = now_ns(CLOCK_MONOTONIC);
  segment_->drain(now, [&](inject::InjectedSample&& sample) {
    const std::int64_t cpu_ns = static_cast<std::int64_t>(sample.periods) * period_ns_;
    reducer_->add(std::move(sample), cpu_ns);
  });
}

void ProcSampler::tick(ProcessTree&) {
  const std::int64_t begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
  drain();
  const std::int64_t now = now_ns(CLOCK_MONOTONIC);
  reducer_->look(now);
  const std::int64_t cost = now_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
  const std::int64_t lived = now - started_ns_;
  interval_ns_ =
      lived < shortest_interval_ns
          ? std::max(first_interval_ns, lived / 2)
          : std::clamp(cost * interval_per_cost, shortest_interval_ns, longest_interval_ns);
}

void ProcSampler::target_exited(ProcessTree&, std::int64_t at_ns) {
  exited_ns_ = at_ns;
  drain();
  reducer_->look(at_ns);  // it is a zombie: its times are still there
}

void ProcSampler::describe_samples(ProbeState& state) const {
  if (reducer_->samples() == 0) return;
  state.detail +=
      fmt::format(", a sample each {:.0f} ms of CPU time (the kernel's tick)",
                  reducer_->sampled_ns() * 1e-6 / static_cast<double>(reducer_->samples()));
}

void ProcSampler::describe_tier_d(ProbeState& state) const {
  state.detail = "times and waits from /proc; tier D";
  state.reason = "no samples of code: " + why_not_preloaded_;
}

void ProcSampler::finish(Profile& profile) {
  const bool started = segment_ && segment_->processes() > 0;
  if (segment_ && !started)
    why_not_preloaded_ = "the program started without the sampler that was to be preloaded";
  // Never prepared: it was the perf sampler's turn until that one could not be attached.
  if (!segment_ && why_not_preloaded_.empty())
    why_not_preloaded_ = "it was too late to preload anything when perf events failed";
  profile.tier = started ? Tier::C : Tier::D;
  reducer_->finish(profile, exited_ns_ ? exited_ns_ : now_ns(CLOCK_MONOTONIC));
  profile.overhead.samples = reducer_->samples();
  profile.overhead.in_target_s = static_cast<double>(reducer_->samples()) * sample_cost_s;
  if (segment_) profile.overhead.lost_records = segment_->lost() + reducer_->homeless();
  for (ProbeState& state : profile.probes)
    if (state.name == probe_name) started ? describe_samples(state) : describe_tier_d(state);
  if (segment_ && segment_->without_timer() > 0)
    profile.notes.push_back(
        fmt::format("{} threads got no timer (limit of pending signals: ulimit -i; alternate "
                    "signal stacks of less than what a signal takes): they have no samples",
                    segment_->without_timer()));
}

}  // namespace

std::unique_ptr<Probe> make_proc_sampler(const System& system, int rate_hz, bool may_preload) {
  return std::make_unique<ProcSampler>(system, rate_hz, may_preload);
}

}  // namespace bottleneck
