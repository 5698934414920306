// Rows of threads over time: what each window was mostly used for, and how much of it.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "reports/charts.h"

namespace bottleneck {
namespace {

constexpr std::size_t most_rows = 40;
/// Keeps the data of the page below some 200 kB; the windows are joined until they fit.
constexpr std::size_t most_cells = 16'000;
constexpr int fill_step = 10;  // percent: what an eye can tell apart
constexpr double least_others = 0.02;

using Seconds = std::map<int, double>;       // by kind
using Column = std::pair<std::size_t, int>;  // row, window
using Cells = std::map<Column, Seconds>;     // all of it in windows
struct Grid {
  std::vector<std::string> names;
  std::vector<double> widths;  ///< threads or CPUs that can fill the row
  Cells cells;
};

struct Rows {
  std::vector<std::size_t> of_thread;  ///< the last for those that have none of their own
  std::size_t left_out = 0;
};

std::string name_row(const Profile& profile, const Thread& thread) {
  std::string name = thread.name.empty() ? fmt::format("{}", thread.tid) : thread.name;
  if (thread.folded > 1) name += fmt::format(" ×{}", thread.folded);
  if (profile.processes.size() < 2) return fmt::format("{} {}", name, thread.tid);
  const Process& process = profile.processes.at(static_cast<std::size_t>(thread.process));
  if (process.name == thread.name) return fmt::format("{} {}", name, thread.tid);
  return fmt::format("{} {} › {}", process.name, process.pid, name);
}

/// Those with most CPU time have a row of their own, in the order of the profile.
Rows add_thread_rows(const Profile& profile, Grid& grid) {
  const auto& threads = profile.threads;
  std::vector<std::size_t> order(threads.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return threads[a].cpu_s > threads[b].cpu_s;
  });
  const std::size_t shown = std::min(order.size(), most_rows);
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown));
  Rows rows{std::vector<std::size_t>(threads.size()), threads.size() - shown};
  const std::size_t first = grid.names.size();
  double others = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Thread& thread = threads[order[i]];
    rows.of_thread[order[i]] = first + std::min(i, shown);
    if (i >= shown) {
      others += thread.folded;
      continue;
    }
    grid.names.push_back(name_row(profile, thread));
    grid.widths.push_back(thread.folded);
  }
  if (rows.left_out > 0) {
    grid.names.push_back(fmt::format("{} other threads", rows.left_out));
    grid.widths.push_back(others);
  }
  return rows;
}

/// Samples say what it was; work without any is "working".
void add_work(const Report& report, const Rows& rows, std::vector<ChartKind>& kinds, Grid& grid) {
  const Timeline& timeline = report.profile.timeline;
  const std::vector<ChartKind> of_location = kinds_of_locations(report);
  std::map<std::pair<int, int>, double> unsampled;
  for (const WorkCell& cell : timeline.work) unsampled[{cell.thread, cell.window}] += cell.seconds;
  for (const CodeCell& cell : timeline.code) {
    const auto thread = static_cast<std::size_t>(cell.thread);
    const int kind = index_of(kinds, of_location.at(static_cast<std::size_t>(cell.location)));
    grid.cells[{rows.of_thread.at(thread), cell.window}][kind] += cell.seconds;
    unsampled[{cell.thread, cell.window}] -= cell.seconds;
  }
  for (const auto& [at, seconds] : unsampled) {
    if (seconds < timeline.window_s / fill_step) continue;
    const std::size_t row = rows.of_thread.at(static_cast<std::size_t>(at.first));
    grid.cells[{row, at.second}][index_of(kinds, {"working", "plain"})] += seconds;
  }
}

/// Whoever queues for a lock or is ready to run waits for that, not for what it waited for last.
ChartKind kind_of_idling(const Profile& profile, const IdleCell& cell) {
  if (cell.instant.queueing > 0) return {"queueing for a lock", "lock"};
  if (cell.instant.starved > 0) return {"ready, without a CPU", "run_queue"};
  return kind_of_wait(profile, cell.wait);
}

void add_idle_row(const Profile& profile, std::vector<ChartKind>& kinds, Grid& grid) {
  if (profile.timeline.idle.empty()) return;
  const std::size_t row = grid.names.size();
  grid.names.push_back("nobody works");
  grid.widths.push_back(1);
  for (const IdleCell& cell : profile.timeline.idle)
    grid.cells[{row, cell.window}][index_of(kinds, kind_of_idling(profile, cell))] += cell.seconds;
}

void add_others_row(const Profile& profile, std::vector<ChartKind>& kinds, Grid& grid) {
  double all = 0;
  const Timeline& timeline = profile.timeline;
  for (const SystemCell& cell : timeline.system) all += cell.others_busy_s;
  const int cpus = std::max(profile.machine.cpus_online, 1);
  if (all < least_others * timeline.window_s * timeline.windows * cpus) return;
  const std::size_t row = grid.names.size();
  grid.names.push_back("other programs");
  grid.widths.push_back(cpus);
  const int kind = index_of(kinds, {"other programs", "run_queue"});
  for (const SystemCell& cell : timeline.system)
    if (cell.others_busy_s > 0) grid.cells[{row, cell.window}][kind] += cell.others_busy_s;
}

TimelineCell summarize(const Seconds& seconds, double all_s) {
  TimelineCell cell;
  double sum = 0;
  double most = 0;
  for (const auto& [kind, used] : seconds) {
    sum += used;
    if (used > most) cell.kind = kind;
    most = std::max(most, used);
  }
  const double steps = std::ceil(std::min(sum / all_s, 1.0) * 100 / fill_step);
  cell.fill = static_cast<int>(std::max(steps, 1.0)) * fill_step;
  return cell;
}

/// With `joined` windows in a column; neighbours that look alike are one cell.
std::vector<TimelineRow> make_rows(const Grid& grid, double window_s, int joined) {
  Cells columns;
  for (const auto& [at, seconds] : grid.cells)
    for (const auto& [kind, used] : seconds) columns[{at.first, at.second / joined}][kind] += used;
  std::vector<TimelineRow> rows(grid.names.size());
  const double column_s = window_s * joined;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].name = grid.names[i];
    rows[i].unit_s = column_s;
  }
  for (const auto& [at, seconds] : columns) {
    TimelineCell cell = summarize(seconds, column_s * std::max(grid.widths[at.first], 1.0));
    cell.start = at.second;
    cell.length = 1;
    std::vector<TimelineCell>& cells = rows[at.first].cells;
    const bool alike = !cells.empty() && cells.back().start + cells.back().length == cell.start &&
                       cells.back().kind == cell.kind && cells.back().fill == cell.fill;
    alike ? static_cast<void>(++cells.back().length) : cells.push_back(cell);
  }
  return rows;
}

std::size_t count_cells(const std::vector<TimelineRow>& rows) {
  std::size_t count = 0;
  for (const TimelineRow& row : rows) count += row.cells.size();
  return count;
}

void add_sums(const Grid& grid, std::vector<TimelineRow>& rows) {
  std::vector<Seconds> sums(rows.size());
  for (const auto& [at, seconds] : grid.cells)
    for (const auto& [kind, used] : seconds) sums[at.first][kind] += used;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].sums.assign(sums[i].begin(), sums[i].end());
    std::stable_sort(rows[i].sums.begin(), rows[i].sums.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
  }
}

}  // namespace

TimelineChart chart_timeline(const Report& report) {
  const Timeline& timeline = report.profile.timeline;
  TimelineChart chart;
  Grid grid;
  const Rows rows = add_thread_rows(report.profile, grid);
  chart.threads_left_out = rows.left_out;
  add_work(report, rows, chart.kinds, grid);
  add_idle_row(report.profile, chart.kinds, grid);
  add_others_row(report.profile, chart.kinds, grid);
  int joined = 1;
  chart.rows = make_rows(grid, timeline.window_s, joined);
  while (count_cells(chart.rows) > most_cells && joined < timeline.windows)
    chart.rows = make_rows(grid, timeline.window_s, joined *= 2);
  add_sums(grid, chart.rows);
  chart.column_s = timeline.window_s * joined;
  chart.end_s = timeline.window_s * timeline.windows;
  if (!report.profile.runs.empty()) chart.end_s = report.profile.this_run().wall_s;
  add_gpu_rows(chart, report.profile);
  return chart;
}

}  // namespace bottleneck
