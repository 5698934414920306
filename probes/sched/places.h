// The places that samples hit, numbered while the target runs and resolved to Locations after it:
// user code by file and offset, kernel code by system call and function. Also says what running
// there means (work, spinning, fighting for a lock), from the published runtime table and the
// instruction bytes before the sample.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "probes/code/symbols.h"
#include "probes/perf/records.h"
#include "probes/sched/kernel_stack.h"
#include "probes/sched/tasks.h"

namespace bottleneck::sched {

/// Beyond so many distinct places further user places are folded into their 4 KB page, and said so.
inline constexpr std::size_t max_places = 20'000;
/// ... and beyond so many, JIT code of many processes above all, into their file.
inline constexpr std::size_t max_places_and_pages = 40'000;
/// Locations that are told apart, those with most samples; further ones are known by their file.
/// Source: tests/unit/sched/bounds_test.cpp, 5 MB of saved file.
inline constexpr std::size_t max_locations = 5'000;
/// Bytes of their names: template instances have some hundred each.
inline constexpr std::size_t max_location_text = 1'000'000;

struct Place {
  enum class Kind : std::uint8_t { user, no_file, kernel, unseen_kernel };
  Kind kind = Kind::user;
  int module = -1;
  std::uint64_t offset = 0;  ///< file offset; the address itself for no_file
  std::uint32_t pid = 0;     ///< for no_file
  Role role = Role::work;
  bool code_seen = false;  ///< of no_file: its bytes were there when it was first sampled
  std::string jit_name;
  bool page_only = false;          ///< one of too many places: stands for its page
  bool spins = false;              ///< a loop that does nothing but wait for a word in memory
  bool after_syscall = false;      ///< the instruction before is `syscall`
  bool after_lock_prefix = false;  ///< the instruction before is an atomic read-modify-write
  KernelPlace kernel;
  Peer peer = Peer::unknown;
  int caller_module =
      -1;  ///< majority candidate: the nearest frame in the program's own executable
  std::uint64_t caller_offset = 0;
  int caller_votes = 0;
  std::uint64_t samples = 0;
};

class Places {
 public:
  Places(Tasks& tasks, Symbols& symbols);

  /// The place of a user-mode sample of that process.
  int user(int process, const perf::Sample& sample);
  /// The place where user code waits or called the kernel: the leaf of the user chain; -1 if there
  /// is none.
  int caller_of_kernel(int process, const perf::Sample& sample);
  int kernel(int process, const perf::Sample& sample, const KernelPlace& at, Peer peer, Role role);
  /// The same user place, burnt in a fight for a lock.
  int as_lock(int place);
  /// User code of that process, nobody knows where (tier D).
  int somewhere(int process);
  /// Kernel time that cannot be seen (tier B2).
  int unseen_kernel(Role role);

  const Place& operator[](int index) const { return places_[static_cast<std::size_t>(index)]; }
  const std::vector<Place>& all() const { return places_; }
  bool folded() const { return folded_; }

  /// Locations for all places; `index_of[place]` is the Location's index (places of the same line
  /// and the same hot code are one). `hot_code_of`: by place, -1 none.
  std::vector<Location> resolve(std::vector<int>& index_of, const std::vector<int>& hot_code_of);
  /// Some places have no line, because reading debug information took too long.
  bool without_lines() const { return without_lines_; }

 private:
  int intern_kernel(const KernelPlace& at, Peer peer, Role role);
  int address(int process, std::uint64_t address, const perf::Sample& sample);
  /// What tells user places apart; looked up for every sample.
  struct UserKey {
    std::uint64_t offset = 0;
    int module = -1;
    std::uint32_t pid = 0;
    Role role = Role::work;
    bool in_file = false;
    bool operator==(const UserKey&) const = default;
  };
  struct Hash {
    std::size_t operator()(const UserKey& key) const;
  };
  static UserKey key_of(const Place& place);
  UserKey key_at(const ProcessInfo& process, std::uint64_t address, const perf::Sample& sample);
  int intern_user(UserKey key);
  void look_at_code(Place& place);
  void vote_caller(Place& place, const ProcessInfo& process, const perf::Sample& sample);
  Role role_of(const Place& place, const ProcessInfo& process, const perf::Sample& sample);
  bool spins(const ProcessInfo& process, const perf::Sample& sample);
  std::vector<Frame> frames_at(int module, std::uint64_t offset);
  Location locate(const Place& place);
  static Location locate_roughly(const Place& place, const std::string& module);
  void name_caller(const Place& place, Location& location);

  Tasks& tasks_;
  Symbols& symbols_;
  std::vector<Place> places_;
  std::unordered_map<UserKey, int, Hash> by_user_;
  std::map<std::tuple<int, std::string, std::string, int, int>, int> by_kernel_;
  std::unordered_map<UserKey, bool, Hash> spin_frames_;  ///< role spin: the leaf
  bool folded_ = false;
  bool without_lines_ = false;
  std::chrono::steady_clock::time_point no_more_lines_;
};

}  // namespace bottleneck::sched
