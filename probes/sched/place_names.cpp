// Names and lines of the places that were hit, looked up once at the end.
#include <algorithm>
#include <numeric>

#include "probes/sched/instruction_bytes.h"
#include "probes/sched/places.h"

namespace bottleneck::sched {
namespace {

/// Debug information is read for so long, the hottest places first; the others have their function
/// from the symbol table. Source: the report has to be there 0.5 s after the end of the target.
constexpr std::chrono::milliseconds lines_budget{250};

bool is_kernel(const Place& place) {
  return place.kind == Place::Kind::kernel || place.kind == Place::Kind::unseen_kernel;
}

void say_kernel(const Place& place, Location& location) {
  location.module = "[kernel]";
  location.activity = place.kernel.activity;
  location.call = place.kernel.call;
  location.peer = place.peer;
}

}  // namespace

Location Places::locate(const Place& place) {
  Location location;
  location.role = place.role;
  if (is_kernel(place)) {
    say_kernel(place, location);
    location.function = place.kernel.function;
    name_caller(place, location);
    return location;
  }
  if (place.kind == Place::Kind::no_file) {
    location.no_file = true;
    location.module = "[jit]";
    location.function = place.jit_name;
    if (location.function.empty() && !place.page_only)
      location.function = symbols_.jit_function(static_cast<int>(place.pid), place.offset);
    if (location.function.empty() && place.code_seen) location.function = "JIT code";
    const std::string& path = tasks_.module_path(place.module);
    if (location.function.empty() && path.starts_with("[")) {
      location.function = location.module = path;  // [vdso]
      location.no_file = false;
    }
    return location;
  }
  location.module = as_target_sees(tasks_.module_path(place.module));
  if (place.page_only) return location;
  const auto frames = frames_at(place.module, place.offset);
  location.function = frames.front().function;
  if (location.function.starts_with("function at "))
    location.function += " in " + location.module.substr(location.module.rfind('/') + 1);
  location.file = frames.front().file;
  location.line = frames.front().line;
  location.after_syscall = place.after_syscall;
  name_caller(place, location);
  return location;
}

/// One of too many: what it is without its name. Reads nothing.
Location Places::locate_roughly(const Place& place, const std::string& module) {
  Location location;
  location.role = place.role;
  location.no_file = place.kind == Place::Kind::no_file;
  location.module = location.no_file ? "[jit]" : module;
  if (place.code_seen) location.function = "JIT code";
  if (is_kernel(place)) say_kernel(place, location);
  return location;
}

void Places::name_caller(const Place& place, Location& location) {
  if (place.caller_votes == 0 || place.caller_module < 0) return;
  // A return address is after the call: one byte back is the call's own line.
  const auto callers = frames_at(place.caller_module, place.caller_offset - 1);
  location.caller = callers.front().function;
  if (!location.file.empty()) return;
  location.file = callers.front().file;
  location.line = callers.front().line;
}

std::vector<Frame> Places::frames_at(int module, std::uint64_t offset) {
  const std::string& path = tasks_.module_path(module);
  if (std::chrono::steady_clock::now() < no_more_lines_) return symbols_.resolve(path, offset);
  without_lines_ = true;
  return {Frame{symbols_.function_name(path, offset), "", 0, 0}};
}

std::vector<Location> Places::resolve(std::vector<int>& index_of,
                                      const std::vector<int>& hot_code_of) {
  no_more_lines_ = std::chrono::steady_clock::now() + lines_budget;
  std::vector<std::size_t> order(places_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places_[a].samples > places_[b].samples;
  });
  std::vector<Location> locations;
  std::map<std::tuple<std::string, std::string, std::string, int, std::string, int, std::string,
                      int, int>,
           int>
      known;
  index_of.assign(places_.size(), -1);
  std::size_t text = 0;
  for (const std::size_t index : order) {
    const Place& place = places_[index];
    const bool full = locations.size() >= max_locations || text >= max_location_text;
    Location at =
        full ? locate_roughly(place, std::string(as_target_sees(tasks_.module_path(place.module))))
             : locate(place);
    const int flags = (static_cast<int>(at.role) << 8) | (static_cast<int>(at.peer) << 2) |
                      (at.after_syscall ? 2 : 0) | (at.no_file ? 1 : 0);
    auto key = std::make_tuple(at.module, at.function, at.file, at.line, at.caller,
                               static_cast<int>(at.activity), at.call, flags,
                               index < hot_code_of.size() ? hot_code_of[index] : -1);
    const auto [it, fresh] = known.try_emplace(std::move(key), static_cast<int>(locations.size()));
    if (fresh) {
      text += at.module.size() + at.function.size() + at.file.size() + at.caller.size();
      locations.push_back(std::move(at));
    }
    index_of[index] = it->second;
  }
  return locations;
}

}  // namespace bottleneck::sched
