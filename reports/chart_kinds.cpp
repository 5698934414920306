// By which word and colour stretches of time and frames are told apart.
#include <algorithm>

#include "reports/charts.h"
#include "reports/sections.h"
#include "src/core/words.h"

namespace bottleneck {
namespace {

ChartKind kind_of_place(const Location& place) {
  if (place.role == Role::spin) return {"spinning", "lock"};
  if (place.role == Role::lock) return {"fighting for a lock", "lock"};
  switch (place.activity) {
    case Activity::user:
      return {"other code", "others"};
    case Activity::page_fault:
      return {"page faults", "memory_capacity"};
    case Activity::file_fault:
      return {"file faults", "io_read"};
    case Activity::syscall:
    case Activity::process:
    case Activity::context_switch:
    case Activity::interrupt:
    case Activity::unknown_kernel:
      break;
  }
  return {"kernel", "kernel"};
}

/// Colours alone: what a wait is to the verdict was decided by the analysis.
std::string_view color_of(WaitKind kind) {
  switch (kind) {
    case WaitKind::lock_mutex:
    case WaitKind::lock_flock:
    case WaitKind::lock_sysv:
    case WaitKind::lock_runtime:
      return "lock";
    case WaitKind::file_read:
    case WaitKind::file_fault:
      return "io_read";
    case WaitKind::file_write:
    case WaitKind::file_sync:
      return "io_write";
    case WaitKind::memory_reclaim:
    case WaitKind::memory_swap:
      return "memory_capacity";
    case WaitKind::network:
      return "network";
    case WaitKind::socket_local:
    case WaitKind::wake_up:
      return "kernel";
    case WaitKind::timer:
    case WaitKind::child_outside:
    case WaitKind::outside:
    case WaitKind::for_work:
      return "sleep";
    case WaitKind::preempted:
      return "run_queue";
    default:
      return "others";
  }
}

}  // namespace

int index_of(std::vector<ChartKind>& kinds, const ChartKind& kind) {
  const auto found = std::find(kinds.begin(), kinds.end(), kind);
  if (found == kinds.end()) {
    kinds.push_back(kind);
    return static_cast<int>(kinds.size()) - 1;
  }
  return static_cast<int>(found - kinds.begin());
}

std::vector<ChartKind> kinds_of_locations(const Report& report) {
  std::vector<ChartKind> kinds;
  for (const Location& place : report.profile.locations) kinds.push_back(kind_of_place(place));
  for (const HotLoop& loop : report.hot_loops) {
    const HotCode& code = report.profile.hot_code.at(static_cast<std::size_t>(loop.code));
    const std::string name(to_string(loop.kind));
    for (const int location : code.locations) {
      const auto at = static_cast<std::size_t>(location);
      const Location& place = report.profile.locations.at(at);
      if (place.activity == Activity::user && place.role == Role::work) kinds[at] = {name, name};
    }
  }
  return kinds;
}

ChartKind kind_of_wait(const Profile& profile, int wait) {
  if (wait < 0) return {"unknown", "unattributed"};
  const WaitKind kind = profile.waits.at(static_cast<std::size_t>(wait)).kind;
  if (kind == WaitKind::unknown) return {"unknown", "unattributed"};
  return {std::string(to_string(kind)), std::string(color_of(kind))};
}

std::string name_loop(const HotCode& code) {
  std::string function = code.function.empty() ? "unknown" : name_function(code.function);
  if (code.file.empty()) return function;
  return function + "  " + name_place({"", "", code.file, code.line, 0});
}

}  // namespace bottleneck
