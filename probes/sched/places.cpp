#include "probes/sched/places.h"

#include <algorithm>
#include <array>

#include <sys/uio.h>

#include "probes/sched/instruction_bytes.h"
#include "src/core/runtimes.h"

namespace bottleneck::sched {
namespace {

/// Frames looked at for a runtime's wait function; deeper ones are the program's own.
constexpr std::size_t spin_frames_looked_at = 12;
/// Frames of which it is remembered whether they spin.
constexpr std::size_t max_spin_frames = 50'000;
/// Bytes before a sample: more than the longest instruction that is looked for.
constexpr std::size_t code_looked_at = 16;

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
  const int index = intern_user(key_at(process, address, sample));
  Place& known = places_[static_cast<std::size_t>(index)];
  known.samples += 1;
  vote_caller(known, process, sample);
  return index;
}

Places::UserKey Places::key_at(const ProcessInfo& process, std::uint64_t address,
                               const perf::Sample& sample) {
  const Mapping* mapping = process.space.find(address);
  UserKey key;
  key.role = spins(process, sample) ? Role::spin : Role::work;
  key.module = mapping ? mapping->module : -1;
  key.in_file = mapping && is_file(tasks_.module_path(mapping->module));
  if (key.in_file) {
    key.offset = address - mapping->start + mapping->file_offset;
  } else {
    // JIT code: by 16 bytes, functions are found later.
    key.offset = address & ~std::uint64_t{15};
    key.pid = process.pid;
  }
  return key;
}

Places::UserKey Places::key_of(const Place& place) {
  return {place.offset, place.module, place.pid, place.role, place.kind == Place::Kind::user};
}

std::size_t Places::Hash::operator()(const UserKey& key) const {
  // Offsets differ in their low bits, modules and pids hardly at all. Source of the factor: 2^64
  // divided by the golden ratio (Knuth, multiplicative hashing).
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  const std::uint64_t who = static_cast<std::uint64_t>(key.pid) << 32 |
                            static_cast<std::uint32_t>(key.module * 4 + static_cast<int>(key.role));
  const std::uint64_t mixed = (key.offset ^ who * factor) * factor;
  return mixed ^ mixed >> 32;
}

int Places::intern_user(UserKey key) {
  auto found = by_user_.find(key);
  if (found != by_user_.end()) return found->second;
  const bool page_only = places_.size() >= max_places;
  if (page_only) {
    folded_ = true;
    key.offset &= ~std::uint64_t{4095};
    if (places_.size() >= max_places_and_pages && !by_user_.contains(key)) key.offset = key.pid = 0;
    found = by_user_.find(key);
    if (found != by_user_.end()) return found->second;
  }
  const int index = static_cast<int>(places_.size());
  by_user_.emplace(key, index);
  Place& place = places_.emplace_back();
  place.kind = key.in_file ? Place::Kind::user : Place::Kind::no_file;
  place.module = key.module;
  place.offset = key.offset;
  place.pid = key.pid;
  place.role = key.role;
  place.page_only = page_only;
  look_at_code(place);
  return index;
}

void Places::look_at_code(Place& place) {
  if (place.kind == Place::Kind::no_file) {
    if (place.pid == 0) return;
    // While the process lives: afterwards its code and its map file are gone.
    place.code_seen = can_read_code(place.pid, place.offset);
    place.jit_name = symbols_.jit_function(static_cast<int>(place.pid), place.offset);
    return;
  }
  // What only a foreign namespace shows is gone with it: the names are read while it lives.
  const std::string& path = tasks_.module_path(place.module);
  if (as_target_sees(path) != path) symbols_.function_name(path, place.offset);
  // So many bytes before the place, half as many behind it, read at once.
  const auto code = symbols_.bytes_before(path, place.offset + code_looked_at / 2,
                                          code_looked_at + code_looked_at / 2);
  if (code.size() < code_looked_at / 2) return;
  const auto middle = code.end() - static_cast<std::ptrdiff_t>(code_looked_at / 2);
  const std::vector<std::uint8_t> before(code.begin(), middle), after(middle, code.end());
  // `pause` is there for spin-wait loops and nothing else. Source: Intel SDM vol. 2, PAUSE.
  place.spins = ends_with_pause(before) || spins_on_exchange(before, after);
  place.after_lock_prefix = ends_with_atomic(before);
  place.after_syscall = ends_with_syscall(before);
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
    const UserKey key{offset, mapping->module, 0, i == 0 ? Role::spin : Role::work, true};
    if (spin_frames_.size() >= max_spin_frames) spin_frames_.clear();
    const auto [it, fresh] = spin_frames_.try_emplace(key, false);
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
  const Place& place = places_[static_cast<std::size_t>(index)];
  if (place.role != Role::work) return index;
  UserKey key = key_of(place);
  key.role = Role::lock;
  const auto [it, fresh] = by_user_.try_emplace(key, static_cast<int>(places_.size()));
  if (fresh) {
    Place fight = place;
    fight.role = Role::lock;
    places_.push_back(std::move(fight));
  }
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

}  // namespace bottleneck::sched
