#include "probes/proc/task_times.h"

#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/io/process_files.h"
#include "probes/machine/text.h"

namespace bottleneck::proc {

std::int64_t tick_ns() {
  static const long per_second = ::sysconf(_SC_CLK_TCK);
  return 1'000'000'000 / (per_second > 0 ? per_second : 100);
}

TaskFiles::TaskFiles(const System& system, pid_t pid, pid_t tid, bool keep_open)
    : system_(system), folder_(fmt::format("/proc/{}/task/{}", pid, tid)), keep_open_(keep_open) {
  if (!keep_open_) return;
  times_ = KeptFile(system_, folder_ + "/schedstat");
  stat_ = KeptFile(system_, folder_ + "/stat");
}

std::optional<TaskTimes> TaskFiles::read() const {
  std::array<char, 1024> buffer;
  const KeptFile stat_once = keep_open_ ? KeptFile() : KeptFile(system_, folder_ + "/stat");
  const auto text = (keep_open_ ? stat_ : stat_once).read(buffer);
  const auto stat = text ? parse_process_stat(*text) : std::nullopt;
  if (!stat) return std::nullopt;
  TaskTimes times;
  times.state = stat->state;
  const auto in_ns = [&](Counter ticks) {
    return static_cast<std::int64_t>(stat->own[ticks]) * tick_ns();
  };
  times.kernel_ns = in_ns(Counter::system_ticks);
  times.run_ns = times.kernel_ns + in_ns(Counter::user_ticks);
  const KeptFile times_once = keep_open_ ? KeptFile() : KeptFile(system_, folder_ + "/schedstat");
  const auto exact = (keep_open_ ? times_ : times_once).read(buffer);
  if (!exact) return times;
  const auto fields = split(exact->substr(0, exact->find('\n')), ' ');
  if (fields.size() < 3) return times;
  const auto run = leading_number(fields[0]), delay = leading_number(fields[1]),
             slices = leading_number(fields[2]);
  if (!run || !delay || !slices) return times;
  times.run_ns = static_cast<std::int64_t>(*run);
  times.delay_ns = static_cast<std::int64_t>(*delay);
  times.slices = *slices;
  times.exact = true;
  return times;
}

}  // namespace bottleneck::proc
