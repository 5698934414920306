#include "probes/io/tree_counters.h"

namespace bottleneck {
namespace {

/// How far a counter moved. Unsigned arithmetic, so that one that wrapped is right; one that went
/// back a little (readings race with threads that end) did not move.
std::int64_t moved(std::uint64_t before, std::uint64_t now) {
  const auto difference = static_cast<std::int64_t>(now - before);
  return difference > 0 ? difference : 0;
}

/// Moves `last` up to `now` and says by how much; counters that were not read stay.
CounterDelta advance(CounterValues<std::uint64_t>& last, const CounterValues<std::uint64_t>& now,
                     std::size_t count) {
  CounterDelta delta;
  for (std::size_t i = 0; i < count; ++i) {
    delta.values[i] = moved(last.values[i], now.values[i]);
    if (delta.values[i] > 0) last.values[i] = now.values[i];
  }
  return delta;
}

CounterDelta negated(const CounterValues<std::uint64_t>& booked, std::size_t count) {
  CounterDelta delta;
  for (std::size_t i = 0; i < count; ++i)
    delta.values[i] = -static_cast<std::int64_t>(booked.values[i]);
  return delta;
}

}  // namespace

void TreeCounters::start_from(const ProcessReading& reading) {
  Open& root = open_[reading.pid];
  root.parent = reading.parent;
  root.start_ticks = reading.start_ticks;
  root.last = reading.counters;
  root.reaped = root.settled = reading.reaped_minor_faults;
  root.io_seen = reading.io_known;
}

void TreeCounters::observe(const ProcessReading& reading, double time_s, double since_s) {
  const auto known = open_.find(reading.pid);
  if (known != open_.end() && known->second.start_ticks != reading.start_ticks)
    vanish(reading.pid, time_s);
  const auto [at, is_new] = open_.try_emplace(reading.pid);
  Open& process = at->second;
  if (is_new) process.time_s = since_s;
  process.parent = reading.parent;
  process.start_ticks = reading.start_ticks;
  process.io_seen = process.io_seen || reading.io_known;
  process.reaped = reading.reaped_minor_faults;
  const CounterDelta delta =
      advance(process.last, reading.counters, reading.io_known ? counter_count : first_io_counter);
  samples_.add((process.time_s + time_s) / 2, reading.pid, delta);
  process.time_s = time_s;
  settle(reading.pid, process, time_s);
}

void TreeCounters::vanish(pid_t pid, double time_s) {
  const auto gone = open_.extract(pid);
  if (gone.empty()) return;
  const Open& process = gone.mapped();
  samples_.may_fold(pid, process.parent);
  const auto parent = open_.find(process.parent);
  if (parent == open_.end()) return;  // nobody of the tree can have waited for it
  const std::size_t count = process.io_seen ? counter_count : first_io_counter;
  parent->second.debts.push_back(
      {negated(process.last, count), process.last[Counter::minor_faults]});
  for (const Debt& debt : process.debts) parent->second.debts.push_back(debt);
  settle(process.parent, parent->second, time_s);
}

void TreeCounters::settle(pid_t pid, Open& process, double time_s) {
  std::vector<Debt> open;
  for (const Debt& debt : process.debts) {
    if (process.reaped - process.settled < debt.minor_faults) {
      open.push_back(debt);
      continue;
    }
    process.settled += debt.minor_faults;
    samples_.add(time_s, pid, debt.booked);
  }
  process.debts = std::move(open);
}

}  // namespace bottleneck
