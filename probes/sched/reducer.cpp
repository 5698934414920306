#include "probes/sched/reducer.h"

#include <algorithm>
#include <array>

#include <linux/futex.h>
#include <time.h>

#include "src/core/runtimes.h"

namespace bottleneck::sched {
namespace {

std::int64_t clock_ns(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

/// From getting a CPU to waiting for a lock: a failed try and the system call take some 2 us, ten
/// times that with a cold cache. Source: mutex handoff and system call, research/prediction.md 1.
constexpr std::int64_t longest_way_to_lock_ns = 50'000;

/// Futex addresses whose data symbol is remembered.
constexpr std::size_t max_data_symbols = 4096;

/// Calls whose first argument is the descriptor that says what kind of kernel time it is.
constexpr std::array<std::string_view, 20> descriptor_calls = {
    "read",      "write",     "pread64",  "pwrite64", "readv",   "writev", "sendto",
    "recvfrom",  "sendmsg",   "recvmsg",  "preadv",   "pwritev", "fsync",  "fdatasync",
    "ftruncate", "fallocate", "sendmmsg", "recvmmsg", "accept",  "accept4"};

bool takes_descriptor(std::string_view call) {
  return std::find(descriptor_calls.begin(), descriptor_calls.end(), call) !=
         descriptor_calls.end();
}

bool is_lock_call(std::string_view call) {
  return call == "futex" || call == "flock" || call == "semop" || call == "semtimedop";
}

}  // namespace

Reducer::Reducer(const System& system, ProcessTree& tree, std::uint32_t root, bool kernel_seen)
    : tree_(tree),
      kernel_seen_(kernel_seen),
      symbols_(system),
      tasks_(root, 0),
      places_(tasks_, symbols_),
      cells_(tasks_),
      sweep_(tasks_, places_, cells_, waits_.all(), kernel_seen),
      descriptors_(system),
      poller_(system) {
  living_.push_back(0);
  if (!kernel_seen_)
    sweep_.set_unseen_places(places_.unseen_kernel(Role::work), places_.unseen_kernel(Role::lock));
}

void Reducer::add(perf::Record record, perf::EventKind kind, std::int64_t period_ns) {
  if (const auto* lost = std::get_if<perf::Lost>(&record.what)) {
    tally_.lost += lost->records;
    return;
  }
  // Births count at once: who waits for the tree must not overlook a child that was just made.
  if (const auto* fork = std::get_if<perf::Fork>(&record.what))
    if (fork->pid != fork->parent_pid &&
        tree_.ever.contains(static_cast<pid_t>(fork->parent_pid))) {
      tree_.live.insert(static_cast<pid_t>(fork->pid));
      tree_.ever.insert(static_cast<pid_t>(fork->pid));
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
  sweep_.advance(before_ns - sweep_lag_ns);
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
    const int thread = tasks_.thread_of(exit->tid);
    if (thread >= 0) sweep_.add({.time_ns = now, .kind = Happening::Kind::dead, .thread = thread});
    if (thread >= 0) poller_.forget(static_cast<pid_t>(exit->tid));
    if (thread >= 0) std::erase(living_, thread);
    if (thread >= 0) slices_.erase(thread);
    tally_.tasks += thread >= 0;
  }
  const int born = tasks_.apply(pending.record, tree_);
  if (born >= 0) sweep_.add({.time_ns = now, .kind = Happening::Kind::born, .thread = born});
  if (born >= 0) living_.push_back(born);
  tally_.tasks += born >= 0;
  if (!started_ && tasks_.exec_ns() >= 0) {
    started_ = true;
    sweep_.start(tasks_.exec_ns());
  }
}

void Reducer::apply_switch(const perf::Stamp& stamp, const perf::Switch& change) {
  const int thread = tasks_.thread_of(stamp.tid);
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
    // Preempted inside a call that woke another one, which then runs: a wait for that one (DESIGN
    // section 4).
    const auto waking = preempted_while_waking_.find(thread);
    const bool passes = waking != preempted_while_waking_.end();
    if (passes) preempted_while_waking_.erase(waking);
    if (passes && change.preempted) left_waking_[stamp.cpu] = thread;
    happening.kind =
        change.preempted && !passes ? Happening::Kind::preempted : Happening::Kind::out;
  }
  sweep_.add(happening);
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
      sweep_.add(
          {.time_ns = slice.preempted_ns, .kind = Happening::Kind::queued, .thread = thread});
    slice.preempted_ns = -1;
  }
}

/// Who takes the CPU from one that was waking another: if it is none of ours, that one starves.
void Reducer::judge_left(const perf::Stamp& stamp, int taker) {
  const auto left = left_waking_.find(stamp.cpu);
  if (left == left_waking_.end()) return;
  if (taker < 0)
    sweep_.add({.time_ns = static_cast<std::int64_t>(stamp.time_ns),
                .kind = Happening::Kind::starved,
                .thread = left->second});
  left_waking_.erase(left);
}

void Reducer::apply_sample(const perf::Stamp& stamp, const perf::Sample& sample,
                           std::int64_t period_ns) {
  const int thread = tasks_.thread_of(stamp.tid);
  if (thread < 0) return;
  tally_.samples += 1;
  const int place =
      sample.kernel ? kernel_place(thread, stamp, sample) : user_place(thread, stamp, sample);
  sweep_.add_sample(static_cast<std::int64_t>(stamp.time_ns), thread, place, period_ns);
}

int Reducer::user_place(int thread, const perf::Stamp& stamp, const perf::Sample& sample) {
  const int process = tasks_.threads()[static_cast<std::size_t>(thread)].process;
  const int place = places_.user(process, sample);
  // One thread alone waits for nobody.
  if (places_[place].spins &&
      tasks_.processes()[static_cast<std::size_t>(process)].live_threads > 1)
    return places_.as_lock(place);
  if (!places_[place].after_lock_prefix || !sample.registers_known ||
      !waits_.anything_contended(stamp.pid))
    return place;
  for (std::uint64_t value : sample.registers)
    if (waits_.contended(stamp.pid, value)) return places_.as_lock(place);
  return place;
}

int Reducer::kernel_place(int thread, const perf::Stamp& stamp, const perf::Sample& sample) {
  const KernelPlace at = kernel_.sampled(sample.kernel_chain);
  Peer peer = Peer::unknown;
  Role role = Role::work;
  if (sample.registers_known) {
    const std::uint64_t first = sample.registers[perf::di];
    if (takes_descriptor(at.call))
      peer = descriptors_.look(static_cast<pid_t>(stamp.pid), static_cast<int>(first), tree_).peer;
    if (is_lock_call(at.call) && waits_.contended(stamp.pid, at.call == "futex" ? first : 0))
      role = Role::lock;
  }
  return places_.kernel(tasks_.threads()[static_cast<std::size_t>(thread)].process, sample, at,
                        peer, role);
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

/// The system call that a thread was just leaving: the number is no longer in a register, but in
/// the instruction that loaded it, shortly before `syscall`.
std::string Reducer::left_call(int process_index, const perf::Sample& sample) {
  if (!sample.registers_known) return {};
  const ProcessInfo& process = tasks_.processes()[static_cast<std::size_t>(process_index)];
  const std::uint64_t ip = sample.registers[perf::ip];
  const Mapping* mapping = process.space.find(ip);
  if (!mapping) return {};
  const auto code = symbols_.bytes_before(tasks_.module_path(mapping->module),
                                          ip - mapping->start + mapping->file_offset, 32);
  if (code.size() < 7 || code[code.size() - 2] != 0x0f || code[code.size() - 1] != 0x05) return {};
  for (std::size_t at = code.size() - 7; at > 0; --at)  // mov imm32, %eax
    if (code[at] == 0xb8 && code[at + 3] == 0 && code[at + 4] == 0)
      return system_call_name(code[at + 1] | code[at + 2] << 8);
  return {};
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

std::string Reducer::data_symbol_at(int process_index, std::uint64_t address) {
  const auto [it, fresh] = data_symbols_.try_emplace({process_index, address});
  if (!fresh) return it->second;
  if (data_symbols_.size() > max_data_symbols) data_symbols_.clear();
  const ProcessInfo& process = tasks_.processes()[static_cast<std::size_t>(process_index)];
  const std::string& path = tasks_.module_path(process.executable);
  std::string name;
  for (const auto& [start, mapping] : process.space.all()) {
    if (mapping.module != process.executable) continue;
    const std::uint64_t bias = start - symbols_.virtual_address(path, mapping.file_offset);
    name = symbols_.data_symbol(path, address - bias);
    if (!name.empty()) break;
  }
  data_symbols_[{process_index, address}] = name;
  return name;
}

int Reducer::intern_wait(int process_index, WaitFacts& facts, const std::string& object, int place,
                         std::int64_t at_ns) {
  const ProcessInfo& process = tasks_.processes()[static_cast<std::size_t>(process_index)];
  if (place >= 0) facts.module = tasks_.module_path(places_[place].module);
  if (facts.call == "futex" && facts.args_known) {
    const std::string symbol = data_symbol_at(process_index, facts.args[0]);
    if (!runtime_lock_name(symbol).empty()) facts.lock_object = symbol;
  }
  if (is_lock(classify_wait(facts)))
    waits_.lock_waited(process.pid, facts.call == "futex" ? facts.args[0] : 0, at_ns);
  const bool timed = facts.call == "futex" && facts.args_known && facts.args[3] != 0;
  return waits_.intern(facts, timed ? timed_futex : object, place);
}

void Reducer::apply_switch_sample(const perf::Stamp& stamp, const perf::Sample& sample) {
  const int thread = tasks_.thread_of(stamp.tid);
  if (thread < 0) return;
  tally_.switch_samples += 1;
  KernelPlace at = kernel_.switched_out(sample.kernel_chain);
  const int process = tasks_.threads()[static_cast<std::size_t>(thread)].process;
  if (at.call.empty() && at.in_call) at.call = left_call(process, sample);
  if (at.call.empty() && at.activity != Activity::page_fault && at.activity != Activity::file_fault)
    return;
  WaitFacts facts = facts_of(at, sample);
  if (wakes_another(at, facts, sample)) {
    preempted_while_waking_[thread] = true;
    // It woke the next holder of a lock and was preempted by it: it queues behind that one.
    if (facts.call == "futex" && waits_.contended(stamp.pid, facts.args[0]))
      facts.args[1] = FUTEX_WAIT_PRIVATE, facts.args[2] = 2;
  }
  const std::string object = describe_wait(facts, static_cast<pid_t>(stamp.pid),
                                           static_cast<pid_t>(stamp.tid), tree_, descriptors_);
  const auto now = static_cast<std::int64_t>(stamp.time_ns);
  const int place = places_.caller_of_kernel(process, sample);
  // The sample comes just before the switch record that it belongs to.
  sweep_.add({.time_ns = now,
              .kind = Happening::Kind::announce,
              .thread = thread,
              .value = intern_wait(process, facts, object, place, now)});
}

void Reducer::poll_waits(std::int64_t budget_ns) {
  const std::int64_t until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + budget_ns;
  for (std::size_t looked = 0; looked < living_.size(); ++looked) {
    next_poll_ = (next_poll_ + 1) % living_.size();
    const int index = living_[next_poll_];
    const ThreadInfo& thread = tasks_.threads()[static_cast<std::size_t>(index)];
    const ProcessInfo& process = tasks_.processes()[static_cast<std::size_t>(thread.process)];
    const std::int64_t now = clock_ns(CLOCK_MONOTONIC);
    auto polled =
        poller_.poll(static_cast<pid_t>(process.pid), static_cast<pid_t>(thread.tid), tree_);
    if (polled) {
      tally_.polls += 1;
      perf::Sample at;
      at.ip = polled->user_ip;
      const int place = at.ip ? places_.user(thread.process, at) : -1;
      sweep_.add({.time_ns = now,
                  .kind = Happening::Kind::waiting,
                  .thread = index,
                  .value = intern_wait(thread.process, polled->facts, polled->object, place, now)});
    }
    if (clock_ns(CLOCK_THREAD_CPUTIME_ID) > until) break;
  }
}

void Reducer::finish(Profile& profile, std::int64_t start_ns, std::int64_t end_ns) {
  advance(end_ns + 1);
  sweep_.finish(end_ns);
  std::vector<int> location_of;
  profile.locations = places_.resolve(location_of);
  cells_.finish(profile, location_of, exec_ns() >= 0 ? exec_ns() : start_ns, end_ns);
  profile.waits = waits_.all();
  for (Wait& wait : profile.waits)
    wait.location = wait.location < 0 ? -1 : location_of[static_cast<std::size_t>(wait.location)];
  if (places_.without_lines())
    profile.notes.emplace_back(
        "much debug information: lines were looked up for the places with most samples only");
  if (places_.folded())
    profile.notes.emplace_back(
        "more than 20 000 places of code: further ones are known by page only");
}

}  // namespace bottleneck::sched
