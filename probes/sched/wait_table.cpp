#include "probes/sched/wait_table.h"

namespace bottleneck::sched {
namespace {

/// Source: research/accounting.md item 3 ("when waits for an address occur, say > 100/s").
constexpr double waits_per_second = 100;
/// Fewer say nothing about a rate.
constexpr std::uint64_t least_waits = 10;
constexpr std::size_t max_fights = 4096;
/// A lock that nobody waited for this long is forgotten when there are too many: its process may
/// have ended.
constexpr std::int64_t old_ns = 1'000'000'000;

}  // namespace

int WaitTable::intern(const WaitFacts& facts, const std::string& object, int place) {
  const WaitKind kind = classify_wait(facts);
  std::string name = object;
  if (name.size() > max_object) name = "..." + name.substr(name.size() - max_object + 3);
  auto key = std::make_tuple(static_cast<int>(kind), facts.call, std::move(name),
                             facts.kernel_function, static_cast<int>(facts.peer), place);
  const auto found = index_.find(key);
  if (found != index_.end()) return found->second;
  if (waits_.size() >= max_waits) {
    std::get<2>(key) = "(others)";
    std::get<3>(key).clear();
    std::get<5>(key) = -1;
    const auto folded = index_.find(key);
    if (folded != index_.end()) return folded->second;
  }
  Wait wait;
  wait.kind = kind;
  wait.call = facts.call;
  wait.object = std::get<2>(key);
  wait.kernel_function = std::get<3>(key);
  wait.peer = facts.peer;
  wait.location = std::get<5>(key);
  const int index = static_cast<int>(waits_.size());
  waits_.push_back(std::move(wait));
  index_.emplace(std::move(key), index);
  return index;
}

bool WaitTable::fierce(const Fight& fight) {
  const double span_s = static_cast<double>(fight.last_ns - fight.first_ns) * 1e-9;
  return fight.waits >= least_waits && static_cast<double>(fight.waits) > waits_per_second * span_s;
}

void WaitTable::lock_waited(std::uint32_t pid, std::uint64_t address, std::int64_t now_ns) {
  if (fights_.size() >= max_fights && !fights_.contains({pid, address})) forget_old_fights(now_ns);
  if (fights_.size() >= max_fights && !fights_.contains({pid, address})) return;
  Fight& fight = fights_[{pid, address}];
  if (fight.waits++ == 0) fight.first_ns = now_ns;
  fight.last_ns = now_ns;
  if (fierce(fight)) contended_pids_[pid] = 1;
}

void WaitTable::forget_old_fights(std::int64_t now_ns) {
  std::erase_if(fights_, [&](const auto& fight) { return fight.second.last_ns < now_ns - old_ns; });
  contended_pids_.clear();
  for (const auto& [where, fight] : fights_)
    if (fierce(fight)) contended_pids_[where.first] = 1;
}

bool WaitTable::contended(std::uint32_t pid, std::uint64_t address) const {
  const auto found = fights_.find({pid, address});
  return found != fights_.end() && fierce(found->second);
}

}  // namespace bottleneck::sched
