#include "probes/io/counter_cells.h"

#include <algorithm>
#include <cmath>

namespace bottleneck {
namespace {

constexpr int most_windows = 4096;  // DESIGN section 2, "One saved file"

/// Deltas of one process by window.
using Row = std::map<int, CounterDelta>;

/// Carries what is below zero to the window before; what is left at the first one was never booked.
void carry_back(Row& row) {
  for (std::size_t i = 0; i < counter_count; ++i) {
    std::int64_t owed = 0;
    for (auto at = row.rbegin(); at != row.rend(); ++at) {
      std::int64_t& value = at->second.values[i];
      value += owed;
      owed = std::min<std::int64_t>(value, 0);
      value -= owed;
    }
  }
}

CounterCell make_cell(int window, int process, const CounterDelta& delta, bool io_read,
                      double ticks_per_s) {
  CounterCell cell;
  cell.window = window;
  cell.process = process;
  cell.user_s = static_cast<double>(delta[Counter::user_ticks]) / ticks_per_s;
  cell.system_s = static_cast<double>(delta[Counter::system_ticks]) / ticks_per_s;
  cell.minor_faults = static_cast<std::uint64_t>(delta[Counter::minor_faults]);
  cell.major_faults = static_cast<std::uint64_t>(delta[Counter::major_faults]);
  if (!io_read) return cell;
  cell.read_bytes = static_cast<std::uint64_t>(delta[Counter::read_bytes]);
  cell.written_bytes = static_cast<std::uint64_t>(delta[Counter::written_bytes]);
  cell.read_chars = static_cast<std::uint64_t>(delta[Counter::read_chars]);
  cell.written_chars = static_cast<std::uint64_t>(delta[Counter::written_chars]);
  cell.read_calls = static_cast<std::uint64_t>(delta[Counter::read_calls]);
  cell.write_calls = static_cast<std::uint64_t>(delta[Counter::write_calls]);
  return cell;
}

std::optional<int> row_of(const std::vector<Process>& processes, pid_t pid, double time_s) {
  std::optional<int> found;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    if (processes[i].pid != pid) continue;
    found = static_cast<int>(i);
    if (time_s >= processes[i].start_s && time_s <= processes[i].end_s) break;
  }
  return found;
}

}  // namespace

void ensure_windows(Timeline& timeline, double wall_s, double slot_s) {
  if (timeline.windows > 0) return;
  timeline.window_s = slot_s;
  while (wall_s / timeline.window_s > most_windows) timeline.window_s *= 2;
  timeline.windows = std::max(1, static_cast<int>(std::ceil(wall_s / timeline.window_s)));
}

int window_at(const Timeline& timeline, double time_s) {
  const double window = std::floor(std::max(0.0, time_s) / timeline.window_s);
  return static_cast<int>(std::min<double>(window, std::max(0, timeline.windows - 1)));
}

int process_row(Profile& profile, pid_t pid, pid_t root, double time_s,
                const std::map<pid_t, SeenProcess>& seen) {
  if (profile.processes.empty() && pid != root) process_row(profile, root, root, 0, seen);
  if (const auto row = row_of(profile.processes, pid, time_s)) return *row;
  Process process;
  process.pid = pid;
  if (const auto known = seen.find(pid); known != seen.end()) {
    process.name = known->second.name;
    process.start_s = pid == root ? 0 : known->second.first_s;
    process.end_s = known->second.last_s;
    process.still_running = !known->second.ended && pid != root;
    // A parent that has no row yet is the launched process as far as anybody can tell.
    if (pid != root)
      process.parent = row_of(profile.processes, known->second.parent, process.start_s).value_or(0);
  }
  profile.processes.push_back(process);
  return static_cast<int>(profile.processes.size()) - 1;
}

void add_counter_cells(Profile& profile, const CounterSamples& samples, pid_t root,
                       const std::map<pid_t, SeenProcess>& seen, double ticks_per_s) {
  std::map<int, Row> rows;
  std::map<int, bool> io_read;
  std::map<std::pair<pid_t, int>, int> row_at;  // pid and window: many samples, few rows
  for (const auto& [key, delta] : samples.entries()) {
    const double time_s = (static_cast<double>(key.first) + 0.5) * samples.slot_s();
    const int window = window_at(profile.timeline, time_s);
    const auto [at, is_new] = row_at.try_emplace({key.second, window}, 0);
    if (is_new) at->second = process_row(profile, key.second, root, time_s, seen);
    const int process = at->second;
    const auto known = seen.find(key.second);
    io_read[process] = io_read[process] || (known != seen.end() && known->second.io_read);
    CounterDelta& sum = rows[process][window];
    for (std::size_t i = 0; i < counter_count; ++i) sum.values[i] += delta.values[i];
  }
  for (auto& [process, row] : rows) {
    carry_back(row);
    for (const auto& [window, delta] : row)
      if (delta != CounterDelta{})
        profile.timeline.counters.push_back(
            make_cell(window, process, delta, io_read[process], ticks_per_s));
  }
}

}  // namespace bottleneck
