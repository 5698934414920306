#include "probes/ceilings/kernels/slices.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cassert>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sched.h>

#include "probes/machine/text.h"
#include "probes/system.h"
#include "src/core/stats.h"

namespace bottleneck::ceilings {
namespace {

/// The best tenth of the slices, not the best one: a clock that is read late on one side makes a
/// slice too good.
constexpr double best_share = 0.1;
/// The half that is better stands for what the machine does when nothing disturbs.
constexpr double typical_share = 0.5;
std::atomic<std::int64_t> delayed_ns = 0;

/// Source: Documentation/scheduler/sched-stats.rst: time on the CPU, time waiting for it, slices.
std::int64_t thread_delay_ns() {
  const auto text = System{}.read("/proc/thread-self/schedstat");
  if (!text) return 0;
  const std::size_t blank = text->find(' ');
  if (blank == std::string::npos) return 0;
  return static_cast<std::int64_t>(leading_number(text->substr(blank)).value_or(0));
}

/// From the worst to the best.
double best_of(const std::vector<double>& values, Best best, double share) {
  return quantile(values, best == Best::highest ? 1 - share : share);
}

/// Threads have unlike many slices: each is read at the same shares, and the readings are summed.
std::vector<double> sum_by_quantile(const std::vector<std::vector<double>>& rates) {
  constexpr int readings = 40;
  std::vector<double> sums;
  for (int i = 0; i < readings; ++i) {
    double sum = 0;
    for (const auto& of_thread : rates) sum += quantile(of_thread, (i + 0.5) / readings);
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace

double clock_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<double> time_slices(double seconds, const std::function<void()>& work,
                                clockid_t clock) {
  work();
  std::vector<double> times;
  const double end = wall_seconds() + seconds;
  do {
    const double before = clock_seconds(clock);
    work();
    times.push_back(clock_seconds(clock) - before);
  } while (wall_seconds() < end || times.size() < fewest_slices);
  return times;
}

std::vector<double> rates_of(const std::vector<double>& times, double units) {
  std::vector<double> rates;
  for (const double time : times)
    if (time > 0) rates.push_back(units / time);
  return rates;
}

std::vector<double> shares_of(std::vector<double> times, double parts) {
  for (double& time : times) time /= parts;
  return times;
}

void pin_to(int cpu) {
  cpu_set_t* set = CPU_ALLOC(static_cast<unsigned>(cpu) + 1);
  const std::size_t size = CPU_ALLOC_SIZE(static_cast<unsigned>(cpu) + 1);
  CPU_ZERO_S(size, set);
  CPU_SET_S(static_cast<unsigned>(cpu), size, set);
  const bool failed = sched_setaffinity(0, size, set) != 0;
  CPU_FREE(set);
  if (failed)
    throw Unavailable{
        fmt::format("CPU {} cannot be used (sched_setaffinity: {})", cpu, std::strerror(errno)),
        ""};
}

double seconds_delayed() { return 1e-9 * static_cast<double>(delayed_ns.load()); }

std::vector<double> rates_together(const std::vector<int>& cpus,
                                   const std::function<std::vector<double>(std::size_t)>& body) {
  std::vector<std::vector<double>> rates(cpus.size());
  std::optional<Unavailable> failed;
  std::mutex mutex;
  std::barrier start(static_cast<std::ptrdiff_t>(cpus.size()));
  const auto run = [&](std::size_t i) {
    try {
      pin_to(cpus[i]);
      start.arrive_and_wait();
      const std::int64_t delayed = thread_delay_ns();
      rates[i] = body(i);
      delayed_ns += thread_delay_ns() - delayed;
    } catch (const Unavailable& why) {
      start.arrive_and_drop();
      const std::lock_guard lock(mutex);
      failed = why;
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < cpus.size(); ++i) {
    try {
      threads.emplace_back(run, i);
    } catch (const std::system_error& error) {
      for (std::size_t missing = i; missing < cpus.size(); ++missing) start.arrive_and_drop();
      threads.clear();
      throw Unavailable{fmt::format("{} threads cannot be started ({})", cpus.size(), error.what()),
                        "ulimit -u unlimited"};
    }
  }
  threads.clear();
  if (failed) throw *failed;
  if (std::any_of(rates.begin(), rates.end(), [](const auto& one) { return one.empty(); }))
    throw Unavailable{"the clock of this thread saw none of the slices", ""};
  return sum_by_quantile(rates);
}

Quantity estimate(const std::vector<std::vector<double>>& rounds, Best best, Unit unit,
                  double least_margin) {
  std::vector<double> all;
  std::vector<double> values;
  double spread = 0;
  for (const auto& round : rounds) {
    assert(!round.empty());
    all.insert(all.end(), round.begin(), round.end());
    values.push_back(best_of(round, best, best_share));
    spread = std::max(spread, std::abs(values.back() - best_of(round, best, typical_share)));
  }
  const double value = best_of(all, best, best_share);
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  // As a ratio: a worse half twice as slow as the best says nothing of a time below 0.
  const double factor = 1 + std::max(value > 0 ? spread / value : 0, least_margin);
  return {value, std::min(*lowest, value) / factor, std::max(*highest, value) * factor, unit};
}

}  // namespace bottleneck::ceilings
