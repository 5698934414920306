#include "probes/proc/polled_reducer.h"

#include <algorithm>

#include "src/core/waits.h"

namespace bottleneck::proc {
namespace {

using sched::Happening;

/// A delay longer than this before each time on a CPU is no wake-up: others had it. Source:
/// wake-ups take 20 to 200 us in virtual machines (as sched/sweep.cpp); a scheduler's slice is 3 ms
/// and more.
constexpr std::int64_t longest_wake_up_ns = 1'000'000;
/// CPU time of unseen children or threads below this is rounding: it is counted in ticks, and the
/// last part of each child's life is not seen.
constexpr int told_ticks = 2;
/// Threads whose files stay open; two files each, of the usual 1024 descriptors.
constexpr std::size_t most_kept = 200;
/// Numbers of the threads that stand for those nobody saw: above all real ones. Source: pid_max is
/// at most 2^22 (proc(5)).
constexpr std::uint32_t first_stand_in = 1U << 30;
/// Looks are never so far apart unless we were stopped, and the target with us (Ctrl-Z, a suspended
/// machine). Source: proc_sampler.cpp looks twice a second at least.
constexpr std::int64_t stopped_with_us_ns = 1'500'000'000;
/// More CPU time than that beyond the interval between two looks was another thread's. Source: the
/// kernel brings the time of a running thread up to date at each tick, at least 100 times a second.
constexpr std::int64_t jump_ns = 1'000'000'000;
/// Samples kept between two looks; half a second of 64 threads at 250 a second.
constexpr std::size_t most_waiting = 8192;
/// Processes that lived shorter did little but start and end. Source: DESIGN section 4.
constexpr std::int64_t short_life_ns = 100'000'000;
/// A thread that waits for a lock and gets a CPU so often fights for it: off a CPU, it queues. As
/// sched/sweep.cpp (research/accounting.md item 3).
constexpr double lock_waits_per_second = 100;

}  // namespace

PolledReducer::PolledReducer(const System& system, ProcessTree& tree)
    : books_(system, tree, static_cast<std::uint32_t>(tree.root), true),
      followed_(system, books_),
      placement_([this](const Happening& happening) { books_.sweep.add(happening); }),
      poller_(system),
      system_(system) {
  unseen_kernel_ = books_.places.unseen_kernel(Role::work);
  WaitFacts stopped;
  stopped.kernel_function = "do_signal_stop";
  stopped_ = books_.waits.intern(stopped, "", -1);
}

void PolledReducer::start(std::int64_t exec_ns) {
  exec_ns_ = looked_ns_ = exec_ns;
  followed_.start(exec_ns);
  books_.sweep.start(exec_ns);
  placement_.begin_running(0);
  follow(books_.tree.root, books_.tree.root, 0);
  // What it ran before exec is not its own.
  if (const auto now = running_[0].files->read()) running_[0].last = *now;
}

void PolledReducer::follow(pid_t pid, pid_t tid, int thread) {
  by_tid_[tid] = thread;
  running_[thread].files =
      std::make_unique<TaskFiles>(system_, pid, tid, running_.size() <= most_kept);
}

void PolledReducer::forget(int thread, std::int64_t now_ns) {
  placement_.end(thread, now_ns);
  const auto tid = static_cast<pid_t>(books_.thread(thread).tid);
  poller_.forget(tid);
  if (const auto own = by_tid_.find(tid); own != by_tid_.end() && own->second == thread)
    by_tid_.erase(own);
  running_.erase(thread);
}

void PolledReducer::add(inject::InjectedSample sample, std::int64_t cpu_ns) {
  with_samples_ = true;
  if (sample.time_ns < exec_ns_) return;
  if (waiting_.size() < most_waiting)
    waiting_.push_back({std::move(sample), cpu_ns});
  else
    homeless_ += 1;
}

void PolledReducer::place(const Waiting& waiting, std::int64_t now_ns) {
  const perf::Sample& sample = waiting.sample.sample;
  const auto known = by_tid_.find(static_cast<pid_t>(waiting.sample.tid));
  const auto running = known == by_tid_.end() ? running_.end() : running_.find(known->second);
  if (running == running_.end() || running->second.sampled.size() >= most_waiting) {
    homeless_ += 1;
    return;
  }
  const int thread = known->second;
  followed_.find_code(static_cast<pid_t>(waiting.sample.pid), sample.ip, waiting.sample.time_ns,
                      now_ns);
  samples_ += 1;
  sampled_ns_ += static_cast<double>(waiting.cpu_ns);
  // The clock's signal waits for the end of a system call: the instruction behind it is the call's.
  const std::string call = books_.left_call(books_.thread(thread).process, sample);
  int place;
  if (call.empty()) {
    place = books_.user_sample(thread, sample, waiting.sample.time_ns);
  } else {
    sched::KernelPlace at;
    at.activity = sched::is_process_call(call) ? Activity::process : Activity::syscall;
    at.call = call;
    place = books_.kernel_place(thread, sample, at);
  }
  running->second.sampled.push_back({place, waiting.cpu_ns, 1});
  running->second.place = place;
}

void PolledReducer::look(std::int64_t now_ns) {
  if (looked_ns_ < 0 || now_ns <= looked_ns_) return;
  const std::int64_t length = now_ns - looked_ns_;
  const Changes changes = followed_.look(now_ns);
  for (int thread : changes.born)
    books_.sweep.add({.time_ns = looked_ns_, .kind = Happening::Kind::born, .thread = thread});
  for (const auto& [pid, known] : followed_.processes())
    for (const auto& [tid, thread] : known.threads)
      if (!running_.contains(thread)) follow(pid, tid, thread);
  for (const Waiting& waiting : waiting_) place(waiting, now_ns);
  waiting_.clear();
  std::vector<Share> shares;
  for (const auto& [pid, known] : followed_.processes()) {
    Balance& balance = balances_[pid];
    balance.owed_ns = 0;
    for (const auto& [tid, thread] : known.threads) {
      shares.push_back(share_of(pid, tid, thread, length, now_ns));
      balance.own_ns += shares.back().run_ns;
      balance.owed_ns += running_[thread].owed_ns;
    }
  }
  bequeath(changes);
  book_unseen(shares, length);
  placement_.lay(looked_ns_, now_ns, shares);
  for (int thread : changes.died) forget(thread, now_ns);
  for (const Changes::Ended& ended : changes.ended) end_stand_ins(ended.pid, now_ns);
  books_.sweep.advance(now_ns);
  looked_ns_ = now_ns;
}

/// Runnable without a CPU. The kernel tells a delay when it is over, so what was booked before that
/// is taken off what it tells.
std::int64_t PolledReducer::starved(Running& running, const TaskTimes& now, std::int64_t rest_ns,
                                    std::int64_t length_ns) const {
  const auto slices = static_cast<std::int64_t>(now.slices - running.last.slices);
  const std::int64_t delay = std::max<std::int64_t>(0, now.delay_ns - running.last.delay_ns);
  const bool runnable = running.last.state == 'R' && now.state == 'R';
  running.delayed_ns += delay;
  std::int64_t found = 0;
  if (runnable && now.exact && slices == 0 && length_ns <= stopped_with_us_ns)
    found = rest_ns;
  else if (runnable || delay > longest_wake_up_ns * std::max<std::int64_t>(1, slices))
    found = std::clamp<std::int64_t>(running.delayed_ns, 0, rest_ns);
  else  // wake-ups: part of the waits that they end
    running.delayed_ns = 0;
  running.delayed_ns -= found;
  return found;
}

Share PolledReducer::share_of(pid_t pid, pid_t tid, int thread, std::int64_t length_ns,
                              std::int64_t now_ns) {
  Running& running = running_[thread];
  Share share;
  share.thread = thread;
  const auto now = running.files->read();
  if (!now) return share;
  // exec from another thread than the first: the number stays, the times are that one's.
  if (now->run_ns - running.last.run_ns > length_ns + jump_ns) running.last = *now;
  running.owed_ns += std::max<std::int64_t>(0, now->run_ns - running.last.run_ns);
  running.kernel_ns += std::max<std::int64_t>(0, now->kernel_ns - running.last.kernel_ns);
  share.run_ns = std::min(running.owed_ns, length_ns);
  running.owed_ns -= share.run_ns;
  const auto slices = static_cast<std::int64_t>(now->slices - running.last.slices);
  share.switches = static_cast<int>(std::clamp<std::int64_t>(slices, 0, 1'000'000));
  share.starved_ns = starved(running, *now, length_ns - share.run_ns, length_ns);
  running.last = *now;
  if (now->state != 'R' && (slices > 0 || running.wait < 0 || !now->exact))
    ask_wait(pid, tid, thread, running, now_ns);
  share.wait = length_ns > stopped_with_us_ns ? stopped_ : running.wait;
  if (running.wait >= 0) {
    const WaitKind kind = books_.waits.all()[static_cast<std::size_t>(running.wait)].kind;
    share.depends = passes_on(kind) || is_lock(kind);
    const double seconds = static_cast<double>(length_ns) * 1e-9;
    if (is_lock(kind) && static_cast<double>(slices) > lock_waits_per_second * seconds)
      share.starved_ns = 0;
  }
  label(share, running, books_.thread(thread).process);
  return share;
}

void PolledReducer::ask_wait(pid_t pid, pid_t tid, int thread, Running& running,
                             std::int64_t now_ns) {
  auto polled = poller_.poll(pid, tid, books_.tree);
  if (!polled) return;
  if (polled->user_ip) followed_.find_code(pid, polled->user_ip, now_ns, now_ns);
  running.wait = books_.polled_wait(thread, *polled, now_ns);
}

/// What its samples say of the time since the last look; without any, its last one still holds: the
/// next comes when a period of CPU time is over.
void PolledReducer::label(Share& share, Running& running, int process) {
  if (share.run_ns <= 0) return;
  std::int64_t weight = 0;
  for (const Label& one : running.sampled) weight += one.ns;
  for (const Label& one : running.sampled) {
    const double part = static_cast<double>(one.ns) / static_cast<double>(weight);
    share.labels.push_back(
        {one.place, static_cast<std::int64_t>(part * static_cast<double>(share.run_ns)), 1});
  }
  if (share.labels.empty()) {
    const int place = with_samples_ ? running.place : books_.places.somewhere(process);
    share.labels.push_back({place, share.run_ns, 0});
  }
  take_kernel_time(share, running);
  running.sampled.clear();
}

bool PolledReducer::is_kernel(int place) const {
  if (place < 0) return false;
  const sched::Place::Kind kind = books_.places[place].kind;
  return kind == sched::Place::Kind::kernel || kind == sched::Place::Kind::unseen_kernel;
}

/// The kernel's own count against what the samples say: faults and interrupts leave no sample.
void PolledReducer::take_kernel_time(Share& share, Running& running) {
  std::int64_t user = 0;
  for (const Label& one : share.labels)
    if (is_kernel(one.place))
      running.kernel_ns -= one.ns;
    else
      user += one.ns;
  const std::int64_t taken = std::clamp<std::int64_t>(running.kernel_ns, 0, user);
  if (taken == 0) return;
  running.kernel_ns -= taken;
  const double left = 1 - static_cast<double>(taken) / static_cast<double>(user);
  for (Label& one : share.labels)
    if (!is_kernel(one.place))
      one.ns = static_cast<std::int64_t>(left * static_cast<double>(one.ns));
  share.labels.push_back({unseen_kernel_, taken, 0});
}

/// CPU time of threads and children that were never seen, or whose end was not.
void PolledReducer::book_unseen(std::vector<Share>& shares, std::int64_t length_ns) {
  for (const auto& [pid, known] : followed_.processes()) {
    Balance& balance = balances_[pid];
    const auto told = [&](std::uint64_t ticks) {
      return static_cast<std::int64_t>(ticks) * tick_ns();
    };
    for (const bool children : {false, true}) {
      std::int64_t& booked = children ? balance.reaped_ns : balance.own_ns;
      const std::int64_t missing = told(children ? known.reaped_ticks : known.own_ticks) - booked -
                                   (children ? 0 : balance.owed_ns);
      if (missing < told_ticks * tick_ns()) continue;
      Share share;
      share.thread = stand_in(pid, children);
      if (share.thread < 0) continue;
      share.run_ns = std::min(missing, length_ns);
      share.depends = true;
      share.switches = 1;
      booked += share.run_ns;
      share.labels = label_unseen(known, balance, children, share.run_ns);
      balance.last_child = children ? -1 : balance.last_child;
      shares.push_back(std::move(share));
    }
  }
}

/// Of a child that lived long enough to do something, the last moments are missing, and they were
/// like the rest of it.
std::vector<Label> PolledReducer::label_unseen(const Followed& known, const Balance& balance,
                                               bool children, std::int64_t run_ns) {
  if (children && balance.last_child < 0) {
    sched::KernelPlace at;
    at.activity = Activity::process;
    return {{books_.places.kernel(known.process, {}, at, Peer::unknown, Role::work), run_ns, 0}};
  }
  const auto ticks = static_cast<double>(children ? known.reaped_ticks : known.own_ticks);
  const auto of_kernel =
      static_cast<double>(children ? known.reaped_kernel_ticks : known.own_kernel_ticks);
  const auto kernel_ns =
      static_cast<std::int64_t>(of_kernel / std::max(ticks, 1.0) * static_cast<double>(run_ns));
  return {{balance.last_child >= 0 && children ? balance.last_child
                                               : books_.places.somewhere(known.process),
           run_ns - kernel_ns, 0},
          {unseen_kernel_, kernel_ns, 0}};
}

int PolledReducer::stand_in(pid_t pid, bool children) {
  const auto [it, fresh] = stand_ins_.try_emplace({pid, children}, -1);
  if (!fresh) return it->second;
  perf::Record record;
  const std::uint32_t process = static_cast<std::uint32_t>(pid);
  const std::uint32_t number = first_stand_in + next_stand_in_++;
  record.stamp = {process, number, static_cast<std::uint64_t>(looked_ns_), 0, 0};
  record.what = perf::Fork{process, process, number, process};
  it->second = books_.tasks.apply(record, books_.tree);
  record.what = perf::Comm{children ? "(short processes)" : "(short threads)", false};
  books_.tasks.apply(record, books_.tree);
  if (it->second >= 0)
    books_.sweep.add({.time_ns = looked_ns_, .kind = Happening::Kind::born, .thread = it->second});
  return it->second;
}

/// What was booked of a process that has ended is among what its parent has reaped, or the nearest
/// ancestor that is left.
void PolledReducer::bequeath(const Changes& changes) {
  std::map<pid_t, pid_t> parents;
  for (const Changes::Ended& ended : changes.ended) parents[ended.pid] = ended.parent;
  for (const Changes::Ended& ended : changes.ended) {
    pid_t heir = ended.parent;
    for (std::size_t steps = 0; steps < parents.size() && parents.contains(heir); ++steps)
      heir = parents[heir];
    const Balance booked = balances_[ended.pid];
    balances_.erase(ended.pid);
    if (!followed_.processes().contains(heir)) continue;
    balances_[heir].reaped_ns += booked.own_ns + booked.reaped_ns;
    const sched::ProcessInfo& gone = books_.process(ended.process);
    if (gone.end_ns - gone.start_ns >= short_life_ns)
      balances_[heir].last_child = books_.places.somewhere(ended.process);
  }
}

void PolledReducer::end_stand_ins(pid_t pid, std::int64_t now_ns) {
  for (const bool children : {false, true}) {
    const auto found = stand_ins_.find({pid, children});
    if (found == stand_ins_.end()) continue;
    if (found->second >= 0) {
      perf::Record record;
      const std::uint32_t number = books_.thread(found->second).tid;
      record.stamp = {static_cast<std::uint32_t>(pid), number, static_cast<std::uint64_t>(now_ns),
                      0, 0};
      record.what = perf::Exit{static_cast<std::uint32_t>(pid), number};
      placement_.end(found->second, now_ns);
      books_.tasks.apply(record, books_.tree);
    }
    stand_ins_.erase(found);
  }
}

void PolledReducer::finish(Profile& profile, std::int64_t end_ns) {
  look(end_ns);
  books_.finish(profile, exec_ns_ >= 0 ? exec_ns_ : end_ns, end_ns);
}

}  // namespace bottleneck::proc
