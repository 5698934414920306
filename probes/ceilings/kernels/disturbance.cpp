#include "probes/ceilings/kernels/disturbance.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/ceilings/kernels/slices.h"
#include "probes/machine/text.h"
#include "probes/system.h"

namespace bottleneck::ceilings {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double own_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    sum += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  return sum;
}

}  // namespace

Disturbance::Disturbance(std::vector<int> cpus) : cpus_(std::move(cpus)), start_(read()) {}

Disturbance::Times Disturbance::read() const {
  // Source: Documentation/filesystems/proc.rst: user nice system idle iowait irq softirq steal.
  constexpr std::size_t idle = 3, iowait = 4, steal = 7;
  Times times;
  times.wall_s = wall_seconds();
  times.own_s = own_seconds();
  times.delayed_s = seconds_delayed();
  const double tick_s = 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
  const std::string text = System{}.read("/proc/stat").value_or("");
  for (const int cpu : cpus_) {
    std::size_t column = 0;
    for (const auto word : split(line_after(text, fmt::format("cpu{}", cpu)), ' ')) {
      const double seconds = tick_s * static_cast<double>(leading_number(word).value_or(0));
      if (column == steal) times.stolen_s += seconds;
      if (column < steal && column != idle && column != iowait) times.busy_s += seconds;
      times.told = true;
      ++column;
    }
  }
  return times;
}

Measurement Disturbance::measure() const {
  const Times now = read();
  const double available =
      std::max(1e-3, (now.wall_s - start_.wall_s) * static_cast<double>(cpus_.size()));
  const double own = now.own_s - start_.own_s;
  const double others = std::max(0.0, now.busy_s - start_.busy_s - own);
  const double stolen = std::max(0.0, now.stolen_s - start_.stolen_s);
  const double delayed = now.delayed_s - start_.delayed_s;
  if (!now.told)
    return {"machine.disturbed", Unavailable{"/proc/stat cannot be read", ""}, "ceilings"};
  const double share = std::min(1.0, std::max(others + stolen, delayed) / available);
  return {"machine.disturbed", exactly(share, Unit::ratio),
          fmt::format("ceilings: of {} CPUs: others {:.1f} %, stolen {:.1f} %, run delay {:.1f} %",
                      cpus_.size(), 100 * others / available, 100 * stolen / available,
                      100 * delayed / available)};
}

}  // namespace bottleneck::ceilings
