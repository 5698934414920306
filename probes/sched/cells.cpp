#include "probes/sched/cells.h"

#include <algorithm>
#include <cmath>

#include "probes/clock.h"

namespace bottleneck::sched {
namespace {

/// Cells that a living thread may keep before they go into the store.
constexpr std::size_t max_pending = 512;
constexpr int least_windows = 64;
/// ... but hundreds of threads have so many cells in each that showing them coarsely is better than
/// not at all.
constexpr int least_windows_when_full = 16;
/// How far back a thread's cells are searched for the one to add to: the windows around now.
constexpr std::size_t look_back = 12;

/// The cell of that key, or of the nearest one like it where there are too many.
template <typename Key>
auto add_bounded(std::map<Key, double>& cells, std::size_t most, const Key& key, auto alike) {
  const auto next = cells.lower_bound(key);
  if (next != cells.end() && next->first == key) return next;
  if (cells.size() >= most) {
    if (next != cells.end() && alike(next->first, key)) return next;
    if (next != cells.begin() && alike(std::prev(next)->first, key)) return std::prev(next);
  }
  return cells.emplace_hint(next, key, 0.0);
}

}  // namespace

Cells::Pending& Cells::pending(int thread) {
  const auto index = static_cast<std::size_t>(thread);
  if (index >= pending_.size()) pending_.resize(index + 64);
  return pending_[index];
}

void Cells::add_work(int window, int thread, const Instant& instant, double seconds) {
  Pending& mine = pending(thread);
  const std::size_t size = mine.work.size();
  for (std::size_t i = 0; i < std::min(size, look_back); ++i) {
    WorkCell& cell = mine.work[size - 1 - i];
    if (cell.window != window) break;
    if (cell.instant == instant) {
      cell.seconds += seconds;
      return;
    }
  }
  mine.work.push_back({window, thread, instant, seconds});
  if (mine.work.size() > max_pending) commit(thread);
}

void Cells::add_code(int window, int thread, int place, double seconds, int samples) {
  Pending& mine = pending(thread);
  const std::size_t size = mine.code.size();
  for (std::size_t i = 0; i < std::min(size, look_back); ++i) {
    CodeCell& cell = mine.code[size - 1 - i];
    if (cell.window != window) break;
    if (cell.location == place) {
      cell.seconds += seconds;
      cell.samples += samples;
      return;
    }
  }
  mine.code.push_back({window, thread, place, seconds, samples});
  if (mine.code.size() > max_pending) commit(thread);
}

void Cells::add_idle(int window, const Instant& instant, int thread, int wait, double seconds) {
  const int row = thread < 0 ? -1 : row_of(thread);
  const IdleKey key{window >> shift_, instant, row, wait};
  const auto same_window = [](const IdleKey& a, const IdleKey& b) {
    return std::get<0>(a) == std::get<0>(b);
  };
  add_bounded(idle_, max_idle_cells, key, same_window)->second += seconds;
  while ((window >> shift_) >= max_windows) shrink();
  if (idle_.size() >= max_idle_cells && may_shrink(window, least_windows)) shrink();
}

void Cells::add_blocked(int thread, int wait, double seconds) {
  std::pair key{row_of(thread), wait};
  if (blocked_.size() >= max_blocked_cells && !blocked_.contains(key)) key.second = -1;
  auto& cell = blocked_[key];
  cell.first += 1;
  cell.second += seconds;
}

void Cells::commit(int thread) {
  Pending mine = std::move(pending(thread));
  pending(thread) = Pending{};
  if (mine.work.empty() && mine.code.empty()) return;
  const int row = row_of(thread);
  for (const WorkCell& cell : mine.work)
    keep_work({cell.window >> shift_, row, cell.instant}, cell.seconds);
  for (const CodeCell& cell : mine.code) {
    const auto key = std::make_tuple(cell.window >> shift_, row, cell.location);
    // What is new then has its time (work cells), but no place.
    if (code_.size() >= max_code_cells && !code_.contains(key)) {
      dropped_ = true;
      continue;
    }
    auto& known = code_[key];
    known.first += cell.seconds;
    known.second += cell.samples;
  }
  const int last = std::max(mine.work.empty() ? 0 : mine.work.back().window,
                            mine.code.empty() ? 0 : mine.code.back().window);
  while ((last >> shift_) >= max_windows) shrink();
  while (work_.size() + code_.size() > max_cells && may_shrink(last, least_windows)) shrink();
  while ((work_.size() >= max_work_cells || code_.size() >= max_code_cells) &&
         may_shrink(last, least_windows_when_full))
    shrink();
}

/// Where there are too many: as part of the thread's cell of the most similar instant, so that the
/// elapsed time (seconds / working) stays what it is.
void Cells::keep_work(const WorkKey& key, double seconds) {
  const auto cell = add_bounded(work_, max_work_cells, key, [](const WorkKey& a, const WorkKey& b) {
    return std::get<0>(a) == std::get<0>(b) && std::get<1>(a) == std::get<1>(b);
  });
  const int working = std::get<2>(key).working, there = std::get<2>(cell->first).working;
  cell->second += there == working ? seconds : seconds * there / working;
}

/// Fewer windows than this would no longer show phases.
bool Cells::may_shrink(int last_window, int least) const { return (last_window >> shift_) > least; }

/// One doubling of the window.
void Cells::shrink() {
  shift_ += 1;
  decltype(work_) work;
  for (const auto& [key, seconds] : work_)
    work[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key)}] += seconds;
  work_ = std::move(work);
  decltype(code_) code;
  for (const auto& [key, value] : code_) {
    auto& cell = code[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key)}];
    cell.first += value.first;
    cell.second += value.second;
  }
  code_ = std::move(code);
  decltype(idle_) idle;
  for (const auto& [key, seconds] : idle_)
    idle[{std::get<0>(key) >> 1, std::get<1>(key), std::get<2>(key), std::get<3>(key)}] += seconds;
  idle_ = std::move(idle);
}

void Cells::finish(Profile& profile, const std::vector<int>& location_of, std::int64_t t0_ns,
                   std::int64_t end_ns) {
  Timeline& timeline = profile.timeline;
  if (dropped_)
    profile.notes.emplace_back(
        "more places of code in more threads than are kept: some of the time has no place");
  const auto located = [&](int place) {
    return place < 0 ? -1 : location_of[static_cast<std::size_t>(place)];
  };
  finish_rows(profile, t0_ns, end_ns);
  timeline.window_s = seconds(base_window_ns << shift_);
  timeline.windows =
      std::max(1, static_cast<int>(std::ceil(seconds(end_ns - t0_ns) / timeline.window_s)));
  const auto bounded = [&](int window) { return std::min(window, timeline.windows - 1); };
  for (const auto& [key, seconds] : work_)
    timeline.work.push_back(
        {bounded(std::get<0>(key)), std::get<1>(key), std::get<2>(key), seconds});
  std::map<std::tuple<int, int, int>, std::pair<double, int>> code;
  for (const auto& [key, value] : code_) {
    auto& cell = code[{bounded(std::get<0>(key)), std::get<1>(key), located(std::get<2>(key))}];
    cell.first += value.first;
    cell.second += value.second;
  }
  for (const auto& [key, value] : code)
    if (std::get<2>(key) >= 0)
      timeline.code.push_back(
          {std::get<0>(key), std::get<1>(key), std::get<2>(key), value.first, value.second});
  for (const auto& [key, seconds] : idle_)
    timeline.idle.push_back(
        {bounded(std::get<0>(key)), std::get<1>(key), std::get<2>(key), std::get<3>(key), seconds});
  for (const auto& [key, value] : blocked_)
    timeline.blocked.push_back({key.first, key.second, value.first, value.second});
}

}  // namespace bottleneck::sched
