#include "probes/sched/reducer.h"

#include <algorithm>
#include <array>

#include <linux/futex.h>

#include "probes/clock.h"

namespace bottleneck::sched {
namespace {

/// From getting a CPU to waiting for a lock: a failed try and the system call take some 2 us, ten
/// times that with a cold cache. Source: mutex handoff and system call, research/prediction.md 1.
constexpr std::int64_t longest_way_to_lock_ns = 50'000;

}  // namespace

Reducer::Reducer(const System& system, ProcessTree& tree, std::uint32_t root, bool kernel_seen)
    : kernel_seen_(kernel_seen), books_(system, tree, root, kernel_seen), poller_(system) {
  living_.push_back(0);
  if (!kernel_seen_)
    books_.sweep.set_unseen_places(books_.places.unseen_kernel(Role::work),
                                   books_.places.unseen_kernel(Role::lock));
}

void Reducer::add(perf::Record record, perf::EventKind kind, std::int64_t period_ns) {
  if (const auto* lost = std::get_if<perf::Lost>(&record.what)) {
    tally_.lost += lost->records;
    return;
  }
  // Births count at once: who waits for the tree must not overlook a child that was just made.
  if (const auto* fork = std::get_if<perf::Fork>(&record.what))
    if (fork->pid != fork->parent_pid &&
        books_.tree.ever.contains(static_cast<pid_t>(fork->parent_pid))) {
      books_.tree.live.insert(static_cast<pid_t>(fork->pid));
      books_.tree.ever.insert(static_cast<pid_t>(fork->pid));
    }
  pending_.push_back({std::move(record), kind, period_ns});
}

void Reducer::advance(std::int64_t before_ns) {
  std::stable_sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
    return a.record.stamp.time_ns < b.record.stamp.time_ns;
  });
  std::size_t done = 0;
  for (; done < pending_.size(); ++done) {
    if (static_cast<std::int64_t>(pending_[done].record.stamp.time_ns) >= before_ns) break;
    apply(pending_[done]);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  books_.sweep.advance(before_ns - sweep_lag_ns);
}

void Reducer::apply(const Pending& pending) {
  const perf::Stamp& stamp = pending.record.stamp;
  const auto now = static_cast<std::int64_t>(stamp.time_ns);
  if (const auto* sample = std::get_if<perf::Sample>(&pending.record.what)) {
    if (!started_) return;
    if (pending.kind == perf::EventKind::switch_sample)
      apply_switch_sample(stamp, *sample);
    else
      apply_sample(stamp, *sample, pending.period_ns);
    return;
  }
  if (const auto* change = std::get_if<perf::Switch>(&pending.record.what)) {
    if (started_) apply_switch(stamp, *change);
    return;
  }
  if (const auto* exit = std::get_if<perf::Exit>(&pending.record.what)) {
    const int thread = books_.tasks.thread_of(exit->tid);
    if (thread >= 0)
      books_.sweep.add({.time_ns = now, .kind = Happening::Kind::dead, .thread = thread});
    if (thread >= 0) poller_.forget(static_cast<pid_t>(exit->tid));
    if (thread >= 0) std::erase(living_, thread);
    if (thread >= 0) forget(thread);
    tally_.tasks += thread >= 0;
  }
  const int born = books_.tasks.apply(pending.record, books_.tree);
  if (born >= 0) books_.sweep.add({.time_ns = now, .kind = Happening::Kind::born, .thread = born});
  if (born >= 0) living_.push_back(born);
  tally_.tasks += born >= 0;
  if (!started_ && books_.tasks.exec_ns() >= 0) {
    started_ = true;
    books_.sweep.start(books_.tasks.exec_ns());
  }
}

/// Its number will be another's.
void Reducer::forget(int thread) {
  slices_.erase(thread);
  preempted_while_waking_.erase(thread);
  std::erase_if(left_waking_, [&](const auto& left) { return left.second == thread; });
}

void Reducer::apply_switch(const perf::Stamp& stamp, const perf::Switch& change) {
  const int thread = books_.tasks.thread_of(stamp.tid);
  if (!change.out) judge_left(stamp, thread);
  if (thread < 0) return;
  tally_.switches += 1;
  judge_slice(thread, change, static_cast<std::int64_t>(stamp.time_ns));
  Happening happening{.time_ns = static_cast<std::int64_t>(stamp.time_ns),
                      .thread = thread,
                      .cpu = static_cast<int>(stamp.cpu)};
  if (!change.out) {
    happening.kind = Happening::Kind::in;
  } else {
    books_.registers.left_cpu(thread);
    // Preempted inside a call that woke another one, which then runs: a wait for that one (DESIGN
    // section 4).
    const auto waking = preempted_while_waking_.find(thread);
    const bool passes = waking != preempted_while_waking_.end();
    if (passes) preempted_while_waking_.erase(waking);
    if (passes && change.preempted) left_waking_[stamp.cpu] = thread;
    happening.kind =
        change.preempted && !passes ? Happening::Kind::preempted : Happening::Kind::out;
  }
  books_.sweep.add(happening);
}

/// A thread that was preempted and, once it runs again, waits at once was on its way to that wait:
/// before a lock it did not lack a CPU but the lock.
void Reducer::judge_slice(int thread, const perf::Switch& change, std::int64_t now_ns) {
  Slice& slice = slices_[thread];
  if (!change.out) {
    slice.in_ns = now_ns;
  } else if (change.preempted) {
    slice.preempted_ns = now_ns;
  } else {
    if (slice.preempted_ns >= 0 && now_ns - slice.in_ns < longest_way_to_lock_ns)
      books_.sweep.add(
          {.time_ns = slice.preempted_ns, .kind = Happening::Kind::queued, .thread = thread});
    slice.preempted_ns = -1;
  }
}

/// Who takes the CPU from one that was waking another: if it is none of ours, that one starves.
void Reducer::judge_left(const perf::Stamp& stamp, int taker) {
  const auto left = left_waking_.find(stamp.cpu);
  if (left == left_waking_.end()) return;
  if (taker < 0)
    books_.sweep.add({.time_ns = static_cast<std::int64_t>(stamp.time_ns),
                      .kind = Happening::Kind::starved,
                      .thread = left->second});
  left_waking_.erase(left);
}

void Reducer::apply_sample(const perf::Stamp& stamp, const perf::Sample& sample,
                           std::int64_t period_ns) {
  const int thread = books_.tasks.thread_of(stamp.tid);
  if (thread < 0) return;
  tally_.samples += 1;
  const int place =
      sample.kernel ? books_.kernel_place(thread, sample, kernel_.sampled(sample.kernel_chain))
                    : books_.user_sample(thread, sample, static_cast<std::int64_t>(stamp.time_ns));
  books_.sweep.add_sample(static_cast<std::int64_t>(stamp.time_ns), thread, place, period_ns);
}

WaitFacts Reducer::facts_of(const KernelPlace& at, const perf::Sample& sample) const {
  WaitFacts facts;
  facts.call = at.call;
  facts.kernel_function = at.function;
  facts.page_fault = at.activity == Activity::page_fault || at.activity == Activity::file_fault;
  facts.uninterruptible = at.io_wait;
  facts.args_known = sample.registers_known && !facts.page_fault;
  if (facts.args_known) {
    constexpr std::array order = {perf::di, perf::si, perf::dx, perf::r10, perf::r8, perf::r9};
    for (std::size_t i = 0; i < order.size(); ++i) facts.args[i] = sample.registers[order[i]];
  }
  return facts;
}

/// Preempted inside or at the end of a call that woke another one (DESIGN section 4).
bool Reducer::wakes_another(const KernelPlace& at, const WaitFacts& facts,
                            const perf::Sample& sample) {
  if (facts.call == "futex") {
    const auto command = static_cast<int>(facts.args[1]) & FUTEX_CMD_MASK;
    const bool wakes = command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET;
    const auto woken = static_cast<std::int64_t>(sample.registers[perf::ax]);
    return facts.args_known && wakes && (at.wakes || woken > 0);
  }
  return at.wakes || facts.call == "write" || facts.call == "sendto" || facts.call == "sendmsg" ||
         facts.call == "writev";
}

void Reducer::apply_switch_sample(const perf::Stamp& stamp, const perf::Sample& sample) {
  const int thread = books_.tasks.thread_of(stamp.tid);
  if (thread < 0) return;
  tally_.switch_samples += 1;
  KernelPlace at = kernel_.switched_out(sample.kernel_chain);
  const int process = books_.thread(thread).process;
  if (at.call.empty() && at.in_call) at.call = books_.left_call(process, sample);
  WaitFacts facts = facts_of(at, sample);
  // Outside of calls a thread waits for pages, or was stopped by a signal.
  if (at.call.empty() && !facts.page_fault && classify_wait(facts) != WaitKind::stopped) return;
  if (wakes_another(at, facts, sample)) {
    preempted_while_waking_[thread] = true;
    // It woke the next holder of a lock and was preempted by it: it queues behind that one.
    if (facts.call == "futex" && books_.waits.contended(stamp.pid, facts.args[0]))
      facts.args[1] = FUTEX_WAIT_PRIVATE, facts.args[2] = 2;
  }
  const std::string object =
      describe_wait(facts, static_cast<pid_t>(stamp.pid), static_cast<pid_t>(stamp.tid),
                    books_.tree, books_.descriptors);
  const auto now = static_cast<std::int64_t>(stamp.time_ns);
  const int place = books_.places.caller_of_kernel(process, sample);
  // The sample comes just before the switch record that it belongs to.
  books_.sweep.add({.time_ns = now,
                    .kind = Happening::Kind::announce,
                    .thread = thread,
                    .value = books_.intern_wait(process, facts, object, place, now)});
}

void Reducer::poll_waits(std::int64_t budget_ns) {
  const std::int64_t until = thread_cpu_ns() + budget_ns;
  for (std::size_t looked = 0; looked < living_.size(); ++looked) {
    next_poll_ = (next_poll_ + 1) % living_.size();
    const int index = living_[next_poll_];
    const ThreadInfo& thread = books_.thread(index);
    const ProcessInfo& process = books_.process(thread.process);
    const std::int64_t now = monotonic_ns();
    auto polled =
        poller_.poll(static_cast<pid_t>(process.pid), static_cast<pid_t>(thread.tid), books_.tree);
    if (polled)
      books_.sweep.add({.time_ns = now,
                        .kind = Happening::Kind::waiting,
                        .thread = index,
                        .value = books_.polled_wait(index, *polled, now)});
    if (thread_cpu_ns() > until) break;
  }
}

void Reducer::finish(Profile& profile, std::int64_t start_ns, std::int64_t end_ns) {
  advance(end_ns + 1);
  books_.finish(profile, exec_ns() >= 0 ? exec_ns() : start_ns, end_ns);
}

}  // namespace bottleneck::sched
