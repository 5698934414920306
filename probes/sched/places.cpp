#include "probes/sched/places.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <sys/uio.h>

#include "probes/sched/instruction_bytes.h"
#include "src/core/runtimes.h"

namespace bottleneck::sched {
namespace {

/// Frames looked at for a runtime's wait function; deeper ones are the program's own.
constexpr std::size_t spin_frames_looked_at = 12;
constexpr std::size_t code_looked_at = 16;
/// Debug information is read for so long, the hottest places first; the others have their function
/// from the symbol table. Source: the report has to be there 0.5 s after the end of the target.
constexpr std::chrono::milliseconds lines_budget{250};

bool is_file(const std::string& path) {
  return !path.empty() && path[0] == '/' && !path.starts_with("//anon");
}

/// A few bytes of the process's memory at a sampled place: code that is in no file is real.
bool can_read_code(std::uint32_t pid, std::uint64_t address) {
  std::array<std::byte, 16> code;
  const iovec here{code.data(), code.size()};
  const iovec there{reinterpret_cast<void*>(address), code.size()};
  return ::process_vm_readv(static_cast<pid_t>(pid), &here, 1, &there, 1, 0) > 0;
}

}  // namespace

Places::Places(Tasks& tasks, Symbols& symbols) : tasks_(tasks), symbols_(symbols) {}

int Places::user(int process, const perf::Sample& sample) {
  return address(process, sample.ip, sample);
}

int Places::caller_of_kernel(int process, const perf::Sample& sample) {
  if (sample.registers_known && sample.registers[perf::ip] != 0)
    return address(process, sample.registers[perf::ip], sample);
  if (sample.user_chain.empty()) return -1;
  return address(process, sample.user_chain.front(), sample);
}

int Places::address(int process_index, std::uint64_t address, const perf::Sample& sample) {
  const ProcessInfo& process = tasks_.processes()[static_cast<std::size_t>(process_index)];
  const Mapping* mapping = process.space.find(address);
  Place place;
  if (mapping && is_file(tasks_.module_path(mapping->module))) {
    place.module = mapping->module;
    place.offset = address - mapping->start + mapping->file_offset;
  } else {
    place.kind = Place::Kind::no_file;
    place.module = mapping ? mapping->module : -1;
    place.offset =
        address & ~std::uint64_t{15};  // JIT code: by 16 bytes, functions are found later
    place.pid = process.pid;
  }
  place.role = spins(process, sample) ? Role::spin : Role::work;
  if (places_.size() >= max_places && !by_user_.contains(key_of(place))) {
    place.offset &= ~std::uint64_t{4095};
    place.page_only = folded_ = true;
    if (places_.size() >= max_places_and_pages && !by_user_.contains(key_of(place)))
      place.offset = place.pid = 0;
  }
  const int index = intern_user(place);
  Place& known = places_[static_cast<std::size_t>(index)];
  known.samples += 1;
  vote_caller(known, process, sample);
  return index;
}

Places::UserKey Places::key_of(const Place& place) {
  return {place.module, place.offset, place.pid, static_cast<int>(place.role)};
}

int Places::intern_user(Place place) {
  const auto key = key_of(place);
  const auto [it, fresh] = by_user_.try_emplace(key, static_cast<int>(places_.size()));
  if (!fresh) return it->second;
  if (place.kind == Place::Kind::no_file && place.pid != 0) {
    // While the process lives: afterwards its code and its map file are gone.
    place.code_seen = can_read_code(place.pid, place.offset);
    place.jit_name = symbols_.jit_function(static_cast<int>(place.pid), place.offset);
  }
  if (place.kind == Place::Kind::user) {
    const auto before =
        symbols_.bytes_before(tasks_.module_path(place.module), place.offset, code_looked_at);
    const auto after = symbols_.bytes_before(tasks_.module_path(place.module),
                                             place.offset + code_looked_at / 2, code_looked_at / 2);
    // `pause` is there for spin-wait loops and nothing else. Source: Intel SDM vol. 2, PAUSE.
    place.spins = ends_with_pause(before) || spins_on_exchange(before, after);
    place.after_lock_prefix = ends_with_atomic(before);
  }
  places_.push_back(std::move(place));
  return it->second;
}

bool Places::spins(const ProcessInfo& process, const perf::Sample& sample) {
  if (!process.has_runtime) return false;
  std::array<std::uint64_t, 1> leaf = {sample.ip};
  const auto frames = sample.user_chain.empty() ? std::span<const std::uint64_t>(leaf)
                                                : std::span<const std::uint64_t>(sample.user_chain);
  for (std::size_t i = 0; i < std::min(frames.size(), spin_frames_looked_at); ++i) {
    const Mapping* mapping = process.space.find(frames[i]);
    if (!mapping) continue;
    const std::string& module = tasks_.module_path(mapping->module);
    if (!is_file(module)) continue;
    const std::uint64_t offset = frames[i] - mapping->start + mapping->file_offset;
    const auto [it, fresh] =
        spin_frames_.try_emplace({mapping->module * 2 + (i == 0 ? 1 : 0), offset}, false);
    if (fresh) {
      const bool named = may_name_spin_functions(module);
      it->second =
          is_spin_frame(module, named ? symbols_.function_name(module, offset) : "", i == 0);
    }
    if (it->second) return true;
  }
  return false;
}

void Places::vote_caller(Place& place, const ProcessInfo& process, const perf::Sample& sample) {
  if (place.module == process.executable) return;
  std::uint64_t caller = 0;
  const auto in_executable = [&](std::uint64_t address) {
    const Mapping* mapping = process.space.find(address);
    return mapping && mapping->module == process.executable;
  };
  if (sample.stack_top && in_executable(sample.stack_top)) {
    caller = sample.stack_top;  // a frameless leaf: its return address is on top of the stack
  } else {
    for (std::uint64_t address : sample.user_chain)
      if (in_executable(address)) {
        caller = address;
        break;
      }
  }
  if (!caller) return;
  const Mapping* mapping = process.space.find(caller);
  const std::uint64_t offset = caller - mapping->start + mapping->file_offset;
  if (place.caller_votes == 0) {  // Boyer-Moore majority: constant memory
    place.caller_module = mapping->module;
    place.caller_offset = offset;
    place.caller_votes = 1;
  } else {
    place.caller_votes += place.caller_offset == offset ? 1 : -1;
  }
}

int Places::kernel(int process, const perf::Sample& sample, const KernelPlace& at, Peer peer,
                   Role role) {
  const int index = intern_kernel(at, peer, role);
  vote_caller(places_[static_cast<std::size_t>(index)],
              tasks_.processes()[static_cast<std::size_t>(process)], sample);
  return index;
}

int Places::intern_kernel(const KernelPlace& at, Peer peer, Role role) {
  const auto key = std::make_tuple(static_cast<int>(at.activity), at.call, at.function,
                                   static_cast<int>(peer), static_cast<int>(role));
  const auto [it, fresh] = by_kernel_.try_emplace(key, static_cast<int>(places_.size()));
  if (fresh) {
    Place place;
    place.kind = Place::Kind::kernel;
    place.kernel = at;
    place.peer = peer;
    place.role = role;
    places_.push_back(std::move(place));
  }
  return it->second;
}

int Places::as_lock(int index) {
  Place place = places_[static_cast<std::size_t>(index)];
  if (place.role != Role::work) return index;
  place.role = Role::lock;
  const auto key = key_of(place);
  const auto [it, fresh] = by_user_.try_emplace(key, static_cast<int>(places_.size()));
  if (fresh) places_.push_back(std::move(place));
  return it->second;
}

int Places::somewhere(int process) {
  Place place;
  place.module = tasks_.processes()[static_cast<std::size_t>(process)].executable;
  place.offset = ~std::uint64_t{0};  // no file is so long
  place.page_only = true;
  const auto [it, fresh] = by_user_.try_emplace(key_of(place), static_cast<int>(places_.size()));
  if (fresh) places_.push_back(std::move(place));
  return it->second;
}

int Places::unseen_kernel(Role role) {
  KernelPlace at;
  at.activity = Activity::unknown_kernel;
  const int index = intern_kernel(at, Peer::unknown, role);
  places_[static_cast<std::size_t>(index)].kind = Place::Kind::unseen_kernel;
  return index;
}

Location Places::locate(const Place& place) {
  Location location;
  location.role = place.role;
  if (place.kind == Place::Kind::kernel || place.kind == Place::Kind::unseen_kernel) {
    location.module = "[kernel]";
    location.function = place.kernel.function;
    location.activity = place.kernel.activity;
    location.call = place.kernel.call;
    location.peer = place.peer;
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
  location.module = tasks_.module_path(place.module);
  if (place.page_only) return location;
  const auto frames = frames_at(place.module, place.offset);
  location.function = frames.front().function;
  location.file = frames.front().file;
  location.line = frames.front().line;
  location.after_syscall =
      ends_with_syscall(symbols_.bytes_before(location.module, place.offset, 2));
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
  if (place.kind == Place::Kind::kernel || place.kind == Place::Kind::unseen_kernel) {
    location.module = "[kernel]";
    location.activity = place.kernel.activity;
    location.call = place.kernel.call;
    location.peer = place.peer;
  }
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

std::vector<Location> Places::resolve(std::vector<int>& index_of) {
  no_more_lines_ = std::chrono::steady_clock::now() + lines_budget;
  std::vector<std::size_t> order(places_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places_[a].samples > places_[b].samples;
  });
  std::vector<Location> locations;
  std::map<
      std::tuple<std::string, std::string, std::string, int, std::string, int, std::string, int>,
      int>
      known;
  index_of.assign(places_.size(), -1);
  std::size_t text = 0;
  for (const std::size_t index : order) {
    const Place& place = places_[index];
    const bool full = locations.size() >= max_locations || text >= max_location_text;
    Location at = full ? locate_roughly(place, tasks_.module_path(place.module)) : locate(place);
    const int flags = (static_cast<int>(at.role) << 8) | (static_cast<int>(at.peer) << 2) |
                      (at.after_syscall ? 2 : 0) | (at.no_file ? 1 : 0);
    auto key = std::make_tuple(at.module, at.function, at.file, at.line, at.caller,
                               static_cast<int>(at.activity), at.call, flags);
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
