#include "src/prove/cpu_times.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <unistd.h>

#include "probes/machine/text.h"

namespace bottleneck {
namespace {

/// Columns behind "cpuN". guest times are contained in user and nice. Source: proc(5).
enum Column : std::size_t { idle = 4, iowait = 5, steal = 8 };

/// N of "cpuN"; nothing for the line of all and for other lines.
std::optional<int> cpu_of(std::string_view line) {
  if (!line.starts_with("cpu")) return std::nullopt;
  int cpu = 0;
  const auto [end, error] = std::from_chars(line.data() + 3, line.data() + line.size(), cpu);
  return error == std::errc{} ? std::optional(cpu) : std::nullopt;
}

void add_line(std::string_view line, double ticks_per_s, CpuTimes& times) {
  const std::vector<std::string_view> columns = split(line, ' ');
  for (std::size_t i = 1; i < std::min<std::size_t>(columns.size(), steal + 1); ++i) {
    if (i == idle || i == iowait) continue;
    const double seconds =
        static_cast<double>(leading_number(columns[i]).value_or(0)) / ticks_per_s;
    (i == steal ? times.steal_s : times.busy_s) += seconds;
  }
}

}  // namespace

std::vector<int> read_allowed_cpus(const System& system) {
  const std::string status = system.read("/proc/self/status").value_or("");
  return expand_cpu_list(line_after(status, "Cpus_allowed_list"));
}

CpuTimes sum_cpu_times(std::string_view stat, const std::vector<int>& cpus, double ticks_per_s) {
  CpuTimes times;
  for (const std::string_view line : split(stat, '\n')) {
    const std::optional<int> cpu = cpu_of(line);
    if (!cpu) continue;
    if (cpus.empty() || std::find(cpus.begin(), cpus.end(), *cpu) != cpus.end())
      add_line(line, ticks_per_s, times);
  }
  return times;
}

CpuTimes read_cpu_times(const System& system, const std::vector<int>& cpus) {
  const auto ticks_per_s = static_cast<double>(std::max(1L, sysconf(_SC_CLK_TCK)));
  return sum_cpu_times(system.read("/proc/stat").value_or(""), cpus, ticks_per_s);
}

}  // namespace bottleneck
