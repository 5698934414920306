#include "src/analysis/facts.h"

#include <algorithm>

namespace bottleneck {
namespace {

/// System counters are read every few windows; a block holds several readings.
constexpr double block_s = 0.2;
/// What explains at least half of the starving is its reason. Source: a choice: the larger part.
constexpr double explains_share = 0.5;
constexpr double page_bytes = 4096;

std::optional<double> ratio(const std::optional<double>& part, const std::optional<double>& whole) {
  if (!part || !whole || *whole <= 0) return std::nullopt;
  return *part / *whole;
}

std::optional<double> bytes_per_call(const Totals& seen) {
  if (!seen.read_chars || !seen.read_calls || !seen.written_chars || !seen.write_calls)
    return std::nullopt;
  return ratio(*seen.read_chars + *seen.written_chars, *seen.read_calls + *seen.write_calls);
}

}  // namespace

FactFinder::FactFinder(const Profile& profile, const Counters& counters, const HotLoops& loops)
    : profile_(profile),
      counters_(counters),
      loops_(loops),
      storage_writes_blocked_s_(profile.processes.size()),
      write_cpu_s_(profile.processes.size()) {
  const auto process_of = [&](int thread) {
    return static_cast<std::size_t>(profile.threads.at(static_cast<std::size_t>(thread)).process);
  };
  for (const BlockedCell& cell : profile.timeline.blocked) {
    if (cell.wait < 0 || cell.thread < 0) continue;
    const WaitKind kind = profile.waits.at(static_cast<std::size_t>(cell.wait)).kind;
    if (kind == WaitKind::file_write || kind == WaitKind::file_sync)
      storage_writes_blocked_s_.at(process_of(cell.thread)) += cell.seconds;
  }
  for (const CodeCell& cell : profile.timeline.code) {
    const Location& place = profile.locations.at(static_cast<std::size_t>(cell.location));
    if (place.activity == Activity::syscall && place.peer == Peer::file &&
        place.call.find("write") != std::string::npos)
      write_cpu_s_.at(process_of(cell.thread)) += cell.seconds;
  }
  for (const SystemCell& cell : profile.timeline.system) {
    SystemCell& block = system_[block_of(cell.window)];
    block.others_busy_s += cell.others_busy_s;
    block.throttled_s += cell.throttled_s;
  }
  // No more than there are CPUs that others could have had.
  const auto victims = [&](const Instant& now) {
    return std::clamp(now.starved, 0, std::max(0, profile.machine.cpus() - now.working));
  };
  for (const WorkCell& cell : profile.timeline.work)
    starved_s_[block_of(cell.window)] +=
        cell.seconds / std::max(1, cell.instant.working) * victims(cell.instant);
  for (const IdleCell& cell : profile.timeline.idle)
    starved_s_[block_of(cell.window)] += cell.seconds * victims(cell.instant);
  find_refaults();
}

int FactFinder::block_of(int window) const {
  return static_cast<int>(window * profile_.timeline.window_s / block_s);
}

void FactFinder::find_refaults() {
  const auto refaults = value_of(profile_.measurements, "memory.refaults");
  const auto& read_bytes = counters_.all().read_bytes;
  if (!refaults || *refaults <= 0 || !read_bytes) return;
  // What filled the memory the first time cannot have been evicted before.
  const double first_fill = value_of(profile_.measurements, "memory.limit").value_or(0);
  const double later = std::max(0.0, static_cast<double>(*read_bytes) - first_fill);
  refaults_ = *refaults * page_bytes >= refault_majority * later;
}

bool FactFinder::lived_shortly(int process) const {
  const Process& one = profile_.processes.at(static_cast<std::size_t>(process));
  return !one.still_running && one.end_s - one.start_s < short_life_s;
}

bool FactFinder::is_starting(int process, int window) const {
  const Process& one = profile_.processes.at(static_cast<std::size_t>(process));
  const double at = window * profile_.timeline.window_s;
  return lived_shortly(process) || at < one.start_s + startup_s;
}

Facts FactFinder::of_code(int location, int process, int window) const {
  const Location& place = profile_.locations.at(static_cast<std::size_t>(location));
  const Totals& seen = counters_.of(process);
  const auto owner = static_cast<std::size_t>(process);
  Facts facts;
  facts.activity = place.activity;
  facts.call = place.call;
  facts.peer = place.peer;
  facts.after_syscall = place.after_syscall;
  facts.unknown_code = place.no_file && place.function.empty();
  if (place.activity == Activity::user) facts.loop = loops_.at(location);
  facts.starting = is_starting(process, window);
  facts.refaults = refaults_;
  facts.device_reads = ratio(seen.read_bytes, seen.read_chars);
  facts.device_writes = ratio(seen.written_bytes, seen.written_chars);
  facts.bytes_per_call = bytes_per_call(seen);
  facts.held_up = storage_writes_blocked_s_.at(owner) > 0 &&
                  storage_writes_blocked_s_[owner] >= held_up_share * write_cpu_s_.at(owner);
  // At least half a page of device bytes per fault: cached mappings fault without any.
  facts.faults_read_device =
      seen.major_faults > 0 &&
      seen.read_bytes.value_or(0) >=
          device_majority * page_bytes * (seen.minor_faults + seen.major_faults);
  return facts;
}

Facts FactFinder::of_stretch(const IdleCell& cell) const {
  Facts facts;
  facts.wait = WaitKind::unknown;
  facts.refaults = refaults_;
  facts.queued = cell.instant.queueing > 0;
  if (cell.wait >= 0) {
    const auto wait = static_cast<std::size_t>(cell.wait);
    facts.wait = profile_.waits.at(wait).kind;
    facts.call = profile_.waits[wait].call;
  } else if (cell.thread >= 0) {
    const Thread& starter = profile_.threads.at(static_cast<std::size_t>(cell.thread));
    facts.newborn = starter.start_s >= (cell.window - 1) * profile_.timeline.window_s;
  }
  return facts;
}

Detail FactFinder::queue_detail(int window, double starved_s) const {
  const auto block = system_.find(block_of(window));
  if (block == system_.end()) return Detail::none;
  const auto seen = starved_s_.find(block->first);
  const double starved = std::max(starved_s, seen == starved_s_.end() ? 0.0 : seen->second);
  if (block->second.throttled_s >= explains_share * starved && block->second.throttled_s > 0)
    return Detail::quota;
  if (block->second.others_busy_s >= explains_share * starved) return Detail::other_load;
  return Detail::placement;
}

}  // namespace bottleneck
