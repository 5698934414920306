// A run told as the kernel's records, reduced to a Profile. Times are milliseconds since exec; the
// launched process has the pid 100.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "probes/sched/reducer.h"
#include "tests/unit/sched/named_kernel.h"

namespace bottleneck::sched {

class Recorded {
 public:
  static constexpr std::int64_t exec_ns = 1'000'000'000'000;
  static constexpr std::uint32_t root = 100;

  explicit Recorded(bool kernel_seen = true)
      : reducer_(system_.system(), tree_, root, kernel_seen) {
    tree_.root = root;
    reducer_.set_kernel_symbols(kernel_.symbols());
  }

  void exec(std::uint32_t pid, double ms, const std::string& name) {
    add({pid, pid}, ms, perf::Comm{name, true});
  }
  void name(std::uint32_t pid, std::uint32_t tid, double ms, const std::string& name) {
    add({pid, tid}, ms, perf::Comm{name, false});
  }
  void map(std::uint32_t pid, double ms, std::uint64_t start, const std::string& file) {
    add({pid, pid}, ms, perf::Mmap{start, 0x10000, 0, file});
  }
  void fork(std::uint32_t parent, std::uint32_t pid, std::uint32_t tid, double ms) {
    add({parent, parent}, ms, perf::Fork{pid, parent, tid, parent});
  }
  void exit(std::uint32_t pid, std::uint32_t tid, double ms) {
    add({pid, tid}, ms, perf::Exit{pid, tid});
  }
  void in(std::uint32_t tid, double ms, std::uint32_t cpu) {
    add({0, tid, cpu}, ms, perf::Switch{false, false});
  }
  void out(std::uint32_t tid, double ms, std::uint32_t cpu, bool preempted = false) {
    add({0, tid, cpu}, ms, perf::Switch{true, preempted});
  }
  void lost(std::uint64_t records, double ms) { add({0, 0}, ms, perf::Lost{records}); }
  void user_sample(std::uint32_t pid, std::uint32_t tid, double ms, std::uint64_t ip) {
    perf::Sample sample;
    sample.ip = ip;
    add({pid, tid}, ms, sample, perf::EventKind::clock);
  }
  void kernel_sample(std::uint32_t pid, std::uint32_t tid, double ms,
                     const std::vector<std::string>& chain) {
    perf::Sample sample;
    sample.kernel = true;
    sample.kernel_chain = kernel_.chain(chain);
    add({pid, tid}, ms, sample, perf::EventKind::clock);
  }
  /// Shortly before the switch-out that it explains. No `arguments` of the call: not known.
  void switch_sample(std::uint32_t pid, std::uint32_t tid, double ms,
                     const std::vector<std::string>& chain,
                     const std::vector<std::uint64_t>& arguments = {}) {
    constexpr std::array order = {perf::di, perf::si, perf::dx};
    perf::Sample sample;
    sample.kernel = true;
    sample.kernel_chain = kernel_.chain(chain);
    sample.registers_known = !arguments.empty();
    for (std::size_t i = 0; i < arguments.size(); ++i) sample.registers[order[i]] = arguments[i];
    add({pid, tid}, ms - 0.001, sample, perf::EventKind::switch_sample);
  }

  /// CPUs deliver their records one after the other.
  void shuffle(unsigned seed) {
    std::shuffle(records_.begin(), records_.end(), std::mt19937(seed));
  }
  void advance(double ms) {
    hand_over();
    reducer_.advance(at(ms));
  }
  Profile until(double ms) {
    hand_over();
    Profile profile;
    reducer_.finish(profile, exec_ns - 1000, at(ms));
    return profile;
  }
  const Tally& tally() const { return reducer_.tally(); }
  const ProcessTree& tree() const { return tree_; }

 private:
  struct Who {
    std::uint32_t pid, tid, cpu = 0;
  };
  using Given = std::pair<perf::Record, perf::EventKind>;
  static std::int64_t at(double ms) { return exec_ns + std::llround(ms * 1e6); }
  void add(Who who, double ms, auto what, perf::EventKind kind = perf::EventKind::side_band) {
    perf::Record record;
    record.stamp = {who.pid, who.tid, static_cast<std::uint64_t>(at(ms)), who.cpu, 0};
    record.what = std::move(what);
    records_.push_back({std::move(record), kind});
  }
  void hand_over() {
    for (auto& [record, kind] : records_) reducer_.add(std::move(record), kind, 1'000'000);
    records_.clear();
  }

  FakeRoot system_;
  NamedKernel kernel_{{"__schedule", "schedule", "do_syscall_64", "filemap_read", "__x64_sys_read",
                       "do_wait", "kernel_wait4", "futex_wait_queue", "__x64_sys_futex",
                       "hrtimer_nanosleep", "__x64_sys_clock_nanosleep", "pipe_write",
                       "__x64_sys_write"}};
  ProcessTree tree_;
  Reducer reducer_;
  std::vector<Given> records_;
};

}  // namespace bottleneck::sched
