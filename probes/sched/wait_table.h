// The reasons to be blocked, numbered; and which addresses and calls are being fought for, by the
// waits seen so far. A reason's `location` is a place number (places.h) until finish.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "src/core/profile.h"

namespace bottleneck::sched {

/// Distinct reasons kept; further objects are called "(others)".
inline constexpr std::size_t max_waits = 2000;

/// Bytes of an object's name that are kept: its end, which says more of a path than its beginning.
inline constexpr std::size_t max_object = 160;

/// The object of futex waits that end by themselves.
inline constexpr const char* timed_futex = "futex with time-out";

class WaitTable {
 public:
  int intern(const WaitFacts& facts, const std::string& object, int place);
  std::vector<Wait>& all() { return waits_; }

  /// A wait for a lock at that futex address (or by that call, address 0) of that process.
  void lock_waited(std::uint32_t pid, std::uint64_t address, std::int64_t now_ns);
  /// Waits there come often enough to say that CPU time spent there is a fight for it.
  bool contended(std::uint32_t pid, std::uint64_t address) const;
  bool anything_contended(std::uint32_t pid) const { return contended_pids_.contains(pid); }

 private:
  struct Fight {
    std::uint64_t waits = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
  };
  void forget_old_fights(std::int64_t now_ns);
  static bool fierce(const Fight& fight);
  std::vector<Wait> waits_;
  std::map<std::tuple<int, std::string, std::string, std::string, int, int>, int> index_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Fight> fights_;
  std::unordered_map<std::uint32_t, int> contended_pids_;
};

}  // namespace bottleneck::sched
