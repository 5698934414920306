#include "probes/sched/sweep.h"

#include <algorithm>
#include <bit>

#include "probes/sched/wait_table.h"

namespace bottleneck::sched {
namespace {

/// Tickers: on a CPU for less than 1 % of their life (source: DESIGN section 4), once it is long
/// enough to tell.
constexpr double ticker_share = 0.01;
constexpr std::int64_t ticker_life_ns = 100'000'000;
/// A gap between the sleeper's waker and the sleeper, when the wait only passed on: the latency of
/// a wake-up with an idle CPU's exit, 20 to 200 us in virtual machines; beyond 1 ms something else
/// was awaited.
constexpr double longest_wake_up_s = 1e-3;
/// Pieces of one stretch kept before they are handed on (1 hour of idling would be 360 000).
constexpr std::size_t max_idle_pieces = 4096;
/// A thread queues for locks by habit from so many waits per second. Source: research/accounting.md
/// item 3.
constexpr double lock_waits_per_second = 100;

int round_count(int count) {
  return count <= 16 ? count : static_cast<int>(std::bit_floor(static_cast<unsigned>(count)));
}

}  // namespace

Sweep::Sweep(const Tasks& tasks, const Places& places, Cells& cells, std::vector<Wait>& waits,
             bool kernel_seen)
    : tasks_(tasks), places_(places), cells_(cells), waits_(waits), kernel_seen_(kernel_seen) {}

Sweep::Thread& Sweep::at(int thread) {
  const auto index = static_cast<std::size_t>(thread);
  if (index >= threads_.size()) threads_.resize(index + 64);
  return threads_[index];
}

void Sweep::start(std::int64_t exec_ns) {
  t0_ns_ = now_ns_ = exec_ns;
  cells_.open_row(0);
  Thread& main = at(0);
  main.born_ns = exec_ns;
  non_tickers_ += 1;
  switch_in(main, 0, -1, exec_ns);
}

void Sweep::add(Happening happening) {
  happening.order = order_++;
  queue_.push(happening);
}

void Sweep::add_sample(std::int64_t time_ns, int thread, int place, std::int64_t period_ns) {
  Thread& known = at(thread);
  const std::int64_t reach = kernel_seen_ ? sample_reach_ns : period_ns / 2;
  std::int64_t from = time_ns - reach;
  if (known.last_sample_ns >= 0)
    from = std::max(from, known.last_sample_ns + (time_ns - known.last_sample_ns) / 2);
  known.last_sample_ns = time_ns;
  from = std::max({from, t0_ns_, tasks_.threads()[static_cast<std::size_t>(thread)].start_ns});
  const std::uint32_t label = ++known.next_label;
  add({.time_ns = from,
       .kind = Happening::Kind::relabel,
       .thread = thread,
       .value = place,
       .label = label});
  add({.time_ns = time_ns + reach,
       .kind = Happening::Kind::unlabel,
       .thread = thread,
       .label = label});
}

void Sweep::advance(std::int64_t horizon_ns) {
  if (t0_ns_ < 0) return;
  while (!queue_.empty() && queue_.top().time_ns <= horizon_ns) {
    const Happening happening = queue_.top();
    queue_.pop();
    elapse(happening.time_ns);
    apply(happening);
  }
}

void Sweep::apply(const Happening& happening) {
  Thread& thread = at(happening.thread);
  const std::int64_t now = happening.time_ns;
  // Its number may be another's next: nothing but that one's birth can come.
  if (thread.state == State::absent && happening.kind != Happening::Kind::born) return;
  switch (happening.kind) {
    case Happening::Kind::in:
      switch_in(thread, happening.thread, happening.cpu, now);
      break;
    case Happening::Kind::out:
      switch_out(thread, happening.thread, false, now, happening.count);
      break;
    case Happening::Kind::preempted:
      switch_out(thread, happening.thread, true, now, happening.count);
      break;
    case Happening::Kind::born:
      thread.born_ns = thread.since_ns = now;
      thread.state = State::blocked;
      non_tickers_ += 1;
      break;
    case Happening::Kind::dead:
      die(thread, happening.thread, now);
      break;
    case Happening::Kind::relabel:
      thread.place = happening.value;
      thread.label = happening.label;
      cells_.add_code(static_cast<int>((now - t0_ns_) / base_window_ns), happening.thread,
                      thread.place, 0, happening.count);
      judge_ticker(thread, now);
      update(thread, happening.thread);
      break;
    case Happening::Kind::unlabel:
      if (thread.label != happening.label) break;
      thread.place = -1;
      if (!kernel_seen_) {
        const double lived = static_cast<double>(now - thread.born_ns) * 1e-9;
        const bool fights =
            static_cast<double>(thread.lock_waits) > lock_waits_per_second * std::max(lived, 0.1);
        thread.place = fights ? unseen_lock_ : unseen_work_;
      }
      update(thread, happening.thread);
      break;
    case Happening::Kind::starved:
      if (thread.state != State::blocked) break;
      thread.state = State::starved;
      update(thread, happening.thread);
      break;
    case Happening::Kind::queued:
      if (thread.state != State::starved || !is_lock_wait(thread.usual_wait)) break;
      thread.state = State::blocked;
      thread.wait = thread.usual_wait;
      update(thread, happening.thread);
      break;
    case Happening::Kind::announce:
      thread.announced = happening.value;
      break;
    case Happening::Kind::waiting:
      if (thread.state != State::blocked) break;  // preempted inside a call: no wait
      thread.wait = happening.value;
      learn_wait(thread, happening.value);
      update(thread, happening.thread);
      break;
  }
}

bool Sweep::is_lock_wait(int wait) const {
  return wait >= 0 && is_lock(waits_[static_cast<std::size_t>(wait)].kind);
}

void Sweep::learn_wait(Thread& thread, int wait) {
  if (wait < 0) return;
  if (thread.usual_votes == 0) {
    thread.usual_wait = wait;
    thread.usual_votes = 1;
  } else {
    thread.usual_votes = std::min(thread.usual_votes + (thread.usual_wait == wait ? 1 : -1), 16);
  }
}

void Sweep::switch_in(Thread& thread, int index, int cpu, std::int64_t now) {
  if (cpu >= 0) {  // a lost switch-out shows when another thread takes the CPU, or itself another
    const auto before = on_cpu_.find(thread.cpu);
    if (before != on_cpu_.end() && before->second == index) on_cpu_.erase(before);
    thread.cpu = cpu;
    const auto there = on_cpu_.find(cpu);
    if (there != on_cpu_.end() && there->second != index) {
      const int other = there->second;
      switch_out(at(other), other, false, now);
    }
    on_cpu_[cpu] = index;
  }
  if (thread.state == State::on_cpu) return;
  if (thread.state == State::blocked && thread.wait >= 0)
    cells_.add_blocked(index, thread.wait, static_cast<double>(now - thread.since_ns) * 1e-9);
  const bool new_born =
      thread.state == State::blocked && thread.since_ns == thread.born_ns && thread.switches == 0;
  thread.state = State::on_cpu;
  thread.since_ns = now;
  thread.cpu = cpu;
  running_.push_back(index);
  if (!kernel_seen_ && thread.place < 0) thread.place = unseen_work_;
  judge_ticker(thread, now);
  if (new_born && thread.wait < 0) thread.wait = wake_up_wait("clone");
  if (thread.ticker && !idle_.empty() && thread.wait >= 0 &&
      !passes_on(waits_[static_cast<std::size_t>(thread.wait)].kind))
    last_ticker_wait_ = thread.wait;
  if (!idle_.empty() && ends_idle(index)) end_idle(index);
  update(thread, index);
}

void Sweep::switch_out(Thread& thread, int index, bool preempted, std::int64_t now, int count) {
  if (thread.state != State::on_cpu) return;
  thread.state = preempted ? State::starved : State::blocked;
  thread.since_ns = now;
  if (thread.cpu >= 0) {
    const auto there = on_cpu_.find(thread.cpu);
    if (there != on_cpu_.end() && there->second == index) on_cpu_.erase(there);
  }
  std::erase(running_, index);
  (preempted ? thread.preemptions : thread.switches) += static_cast<std::uint64_t>(count);
  thread.wait = -1;
  if (!preempted) {
    thread.wait = thread.announced >= 0 ? thread.announced : thread.usual_wait;
    learn_wait(thread, thread.announced);
    if (is_lock_wait(thread.wait)) thread.lock_waits += static_cast<std::uint64_t>(count);
  }
  thread.announced = -1;
  update(thread, index);
}

void Sweep::die(Thread& thread, int index, std::int64_t now) {
  if (thread.state == State::on_cpu) switch_out(thread, index, false, now);
  thread.state = State::absent;
  update(thread, index);
  if (!thread.ticker) non_tickers_ -= 1;
  cells_.retire(index, static_cast<double>(thread.cpu_ns) * 1e-9, thread.ticker, thread.switches,
                thread.preemptions);
  if (index == 0) return;  // the main thread is asked for its wait to the end
  thread = Thread{};
  cells_.release(index);
}

Sweep::Part Sweep::part_of(const Thread& thread) const {
  switch (thread.state) {
    case State::absent:
      return Part::none;
    case State::starved:
      return thread.ticker ? Part::none : Part::starved;
    case State::blocked:
      return is_lock_wait(thread.wait) ? Part::queueing : Part::none;
    case State::on_cpu:
      break;
  }
  const Role role = thread.place < 0 ? Role::work : places_[thread.place].role;
  if (role == Role::spin) return Part::spinning;
  if (role == Role::lock) return Part::queueing;
  return thread.ticker && non_tickers_ > 0 ? Part::none : Part::working;
}

void Sweep::update(Thread& thread, int index) {
  const Part part = part_of(thread);
  if (part == thread.part) return;
  if (part == Part::working && !idle_.empty() && ends_idle(index)) end_idle(index);
  count(thread.part, -1);
  count(part, 1);
  thread.part = part;
}

void Sweep::count(Part part, int by) {
  switch (part) {
    case Part::none:
      break;
    case Part::working:
      instant_.working += by;
      break;
    case Part::spinning:
      instant_.spinning += by;
      break;
    case Part::queueing:
      instant_.queueing += by;
      break;
    case Part::starved:
      instant_.starved += by;
      break;
  }
}

Instant Sweep::rounded() const {
  // Never the workers: seconds are divided by them.
  return {instant_.working, round_count(instant_.spinning), round_count(instant_.queueing),
          round_count(instant_.starved)};
}

void Sweep::elapse(std::int64_t now) {
  while (now_ns_ < now) {
    const std::int64_t window = (now_ns_ - t0_ns_) / base_window_ns;
    const std::int64_t until = std::min(now, t0_ns_ + (window + 1) * base_window_ns);
    elapse_within(static_cast<int>(window), static_cast<double>(until - now_ns_) * 1e-9);
    for (int index : running_) at(index).cpu_ns += until - now_ns_;
    now_ns_ = until;
  }
}

void Sweep::elapse_within(int window, double seconds) {
  const Instant now = rounded();
  for (int index : running_) {
    const Thread& thread = at(index);
    if (thread.place >= 0) cells_.add_code(window, index, thread.place, seconds, 0);
    if (thread.part == Part::working) cells_.add_work(window, index, now, seconds);
  }
  if (instant_.working > 0) return;
  if (!idle_.empty() && idle_.back().window == window && idle_.back().instant == now)
    idle_.back().seconds += seconds;
  else
    idle_.push_back({window, now, seconds});
  idle_s_ += seconds;
  if (idle_.size() > max_idle_pieces) flush_idle(-1, idle_without_workers());
}

void Sweep::judge_ticker(Thread& thread, std::int64_t now) {
  const std::int64_t life = now - thread.born_ns;
  const bool ticker = life >= ticker_life_ns &&
                      static_cast<double>(thread.cpu_ns) < ticker_share * static_cast<double>(life);
  if (ticker == thread.ticker) return;
  thread.ticker = ticker;
  non_tickers_ += ticker ? -1 : 1;
}

/// A ticker does not end a stretch while others are there. With tickers only, the main thread does,
/// or whoever wakes while the main thread only waits for others.
bool Sweep::ends_idle(int index) const {
  const Thread& thread = threads_[static_cast<std::size_t>(index)];
  if (!thread.ticker) return true;
  if (non_tickers_ > 0) return false;
  if (index == 0) return true;
  const Thread& main = threads_[0];
  return main.state == State::absent || main.wait < 0 ||
         passes_on(waits_[static_cast<std::size_t>(main.wait)].kind);
}

void Sweep::end_idle(int index) { flush_idle(index, reason_of(index, idle_s_)); }

int Sweep::reason_of(int index, double idle_s) {
  const Thread& thread = at(index);
  const int wait = thread.wait;
  if (wait < 0) return -1;
  if (!passes_on(waits_[static_cast<std::size_t>(wait)].kind)) return wait;
  if (last_ticker_wait_ >= 0) return last_ticker_wait_;
  if (idle_s < longest_wake_up_s)
    return wake_up_wait(waits_[static_cast<std::size_t>(wait)].call.c_str());
  // Nobody of ours ran and could have signalled: the time-out ended it.
  if (waits_[static_cast<std::size_t>(wait)].object == timed_futex) return timer_wait(wait);
  return wait;
}

int Sweep::timer_wait(int timed) {
  const auto [it, fresh] = timer_waits_.try_emplace(timed, static_cast<int>(waits_.size()));
  if (fresh) {
    Wait wait = waits_[static_cast<std::size_t>(timed)];
    wait.kind = WaitKind::timer;
    waits_.push_back(wait);
  }
  return it->second;
}

int Sweep::wake_up_wait(const char* call) {
  const auto [it, fresh] = wake_up_waits_.try_emplace(call, static_cast<int>(waits_.size()));
  if (fresh) {
    Wait wait;
    wait.kind = WaitKind::wake_up;
    wait.call = call;
    waits_.push_back(wait);
  }
  return it->second;
}

/// Nothing but tickers up to now or to the end: the main thread's wait, or that of the thread it
/// waits for.
int Sweep::idle_without_workers() {
  int best = -1;
  for (int i = static_cast<int>(threads_.size()) - 1; i >= 0; --i) {
    const Thread& thread = threads_[static_cast<std::size_t>(i)];
    if (thread.state == State::absent || thread.wait < 0) continue;
    const bool own = !passes_on(waits_[static_cast<std::size_t>(thread.wait)].kind);
    if (own || best < 0) best = thread.wait;
    if (i == 0 && own) return thread.wait;
  }
  return best;
}

void Sweep::flush_idle(int thread, int wait) {
  for (const IdlePiece& piece : idle_)
    cells_.add_idle(piece.window, piece.instant, thread, wait, piece.seconds);
  idle_.clear();
  idle_s_ = 0;
  last_ticker_wait_ = -1;
}

void Sweep::finish(std::int64_t end_ns) {
  if (t0_ns_ < 0) return;
  advance(end_ns);
  elapse(std::max(end_ns, now_ns_));
  if (!idle_.empty()) flush_idle(-1, idle_without_workers());
  for (std::size_t i = 0; i < tasks_.threads().size(); ++i) {
    Thread& thread = at(static_cast<int>(i));
    if (thread.state == State::absent) continue;
    if (thread.state == State::blocked && thread.wait >= 0)
      cells_.add_blocked(static_cast<int>(i), thread.wait,
                         static_cast<double>(now_ns_ - thread.since_ns) * 1e-9);
    cells_.retire(static_cast<int>(i), static_cast<double>(thread.cpu_ns) * 1e-9, thread.ticker,
                  thread.switches, thread.preemptions);
  }
}

}  // namespace bottleneck::sched
