#include "src/analysis/gpu_replay.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <queue>
#include <tuple>

namespace bottleneck {
namespace {

/// Times of one device are kept to 1e-9 s.
constexpr double rounding_s = 1e-9;
/// Operations that ran at once on an engine for more than this of their time share it.
constexpr double at_once_share = 1e-3;

using StreamKey = std::tuple<int, int, int>;  // device, process, stream

StreamKey stream_of(const ReplayOperation& one) { return {one.device, one.process, one.stream}; }

int key_of_thread(const GpuOperation& one) {
  return one.thread >= 0 ? one.thread : -1 - one.process;
}

/// What a thread called, as it was recorded.
struct Call {
  int thread = 0;
  int process = 0;
  double begin = 0;
  double returned = 0;
  int issues = -1;      ///< operation of the program
  bool waits = false;   ///< a synchronizing call
  bool blocks = false;  ///< it returns when its own operation has ended
};

struct Recorded {
  std::vector<Call> calls;
  std::vector<Span> spans;  ///< by operation of the program
  std::vector<double> queued;
};

bool runs_one_by_one(std::vector<Span> spans) {
  double sum = 0;
  for (const Span& one : spans) sum += one.length();
  return sum <= length_of(unite(std::move(spans))) * (1 + at_once_share);
}

std::vector<std::array<bool, 3>> find_exclusive(const ReplayProgram& program,
                                                const std::vector<Span>& spans, std::size_t many) {
  std::vector<std::array<std::vector<Span>, 3>> by_engine(many);
  for (std::size_t i = 0; i < program.operations.size(); ++i) {
    const ReplayOperation& one = program.operations[i];
    by_engine[static_cast<std::size_t>(one.device)][static_cast<std::size_t>(one.engine())]
        .push_back(spans[i]);
  }
  std::vector<std::array<bool, 3>> exclusive(many);
  for (std::size_t d = 0; d < many; ++d)
    for (std::size_t e = 0; e < 3; ++e) exclusive[d][e] = runs_one_by_one(by_engine[d][e]);
  return exclusive;
}

void record_operations(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices,
                       ReplayProgram& program, Recorded& seen) {
  for (const GpuActivity& device : devices)
    for (const GpuPiece& piece : device.pieces) {
      const GpuOperation& one = gpu.operations[static_cast<std::size_t>(piece.operation)];
      ReplayOperation made{one.kind,
                           one.device,
                           one.process,
                           one.stream,
                           piece.operation,
                           piece.length(),
                           0,
                           static_cast<double>(one.bytes) / one.count,
                           false};
      if (one.count > 1 && one.busy_s > 0)
        made.bytes = static_cast<double>(one.bytes) * std::min(1.0, piece.length() / one.busy_s);
      const double begin = piece.queued >= 0 ? std::min(piece.queued, piece.start) : piece.start;
      const int index = static_cast<int>(program.operations.size());
      const bool blocks = blocks_host(one);
      seen.calls.push_back({key_of_thread(one), one.process, begin, blocks ? piece.end : begin,
                            index, false, blocks});
      seen.spans.push_back({piece.start, piece.end});
      seen.queued.push_back(begin);
      program.operations.push_back(made);
    }
  for (const GpuOperation& one : gpu.operations) {
    if (one.kind != GpuKind::sync || !has_time(one)) continue;
    for (const GpuPiece& piece : pieces_of(one, 0))
      seen.calls.push_back(
          {key_of_thread(one), one.process, piece.start, piece.end, -1, true, false});
  }
  std::stable_sort(seen.calls.begin(), seen.calls.end(),
                   [](const Call& a, const Call& b) { return a.begin < b.begin; });
}

/// How long each operation waited for more than its call, its stream and its engine.
void find_leads(ReplayProgram& program, const Recorded& seen) {
  std::vector<std::size_t> order(program.operations.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return seen.spans[a].start < seen.spans[b].start;
  });
  std::map<StreamKey, double> stream_ends;
  std::map<std::pair<int, GpuEngine>, double> engine_ends;
  for (const std::size_t i : order) {
    ReplayOperation& one = program.operations[i];
    const GpuEngine engine = one.engine();
    double ready = seen.queued[i];
    if (const auto found = stream_ends.find(stream_of(one)); found != stream_ends.end())
      ready = std::max(ready, found->second);
    double& engine_end = engine_ends.try_emplace({one.device, engine}, ready).first->second;
    if (program.exclusive[static_cast<std::size_t>(one.device)][static_cast<std::size_t>(engine)])
      ready = std::max(ready, engine_end);
    one.lead = std::max(0.0, seen.spans[i].start - ready);
    stream_ends[stream_of(one)] = engine_end = seen.spans[i].end;
  }
}

/// A call that waits returned after the last of the operations that were issued before it and had
/// ended by then: of each stream the last one.
std::vector<int> find_awaited(const Call& call,
                              const std::map<StreamKey, std::vector<int>>& streams,
                              const Recorded& seen) {
  std::vector<int> awaited;
  for (const auto& [key, operations] : streams) {
    if (std::get<1>(key) != call.process) continue;
    const auto after = std::partition_point(operations.begin(), operations.end(), [&](int index) {
      const auto i = static_cast<std::size_t>(index);
      return seen.spans[i].end <= call.returned + rounding_s && seen.queued[i] <= call.begin;
    });
    if (after != operations.begin()) awaited.push_back(*std::prev(after));
  }
  return awaited;
}

void record_steps(ReplayProgram& program, const Recorded& seen) {
  std::map<StreamKey, std::vector<int>> streams;
  for (std::size_t i = 0; i < program.operations.size(); ++i)
    streams[stream_of(program.operations[i])].push_back(static_cast<int>(i));
  const double first = seen.calls.empty() ? 0 : seen.calls.front().begin;
  std::map<int, double> returned;
  for (const Call& call : seen.calls) {
    ReplayStep step;
    step.thread = call.thread;
    double& before = returned.try_emplace(call.thread, first).first->second;
    step.think = std::max(0.0, call.begin - before);
    double last = call.begin;
    if (call.issues >= 0) step.issues = {call.issues};
    if (call.blocks) step.awaits = {call.issues};
    if (call.waits) step.awaits = find_awaited(call, streams, seen);
    for (const int one : step.awaits)
      last = std::max(last, seen.spans[static_cast<std::size_t>(one)].end);
    if (call.waits) step.lag = std::max(0.0, call.returned - last);
    before = std::max(before, call.returned);
    program.steps.push_back(std::move(step));
  }
}

/// The host's threads and the devices' streams and engines while the program runs again. An engine
/// takes operations in the order in which they could start.
class Machines {
 public:
  explicit Machines(const ReplayProgram& program)
      : program_(program), operations_(program.operations.size()) {
    for (std::size_t i = 0; i < program.steps.size(); ++i)
      threads_[program.steps[i].thread].steps.push_back(i);
    for (const auto& [key, thread] : threads_) go_on(key, 0);
  }

  Replayed run() {
    while (!due_.empty()) {
      const Due next = due_.top();
      due_.pop();
      if (next.is_call)
        call(next.index, next.at);
      else
        start(static_cast<std::size_t>(next.index), next.at);
    }
    Replayed result;
    result.end = end_;
    for (const Operation& one : operations_) {
      result.starts.push_back(one.start);
      result.ends.push_back(one.end);
    }
    return result;
  }

 private:
  struct Thread {
    std::vector<std::size_t> steps;
    std::size_t at = 0;
    double now = 0;           ///< when all of its calls had been made
    std::size_t pending = 0;  ///< operations that it waits for and whose end is not known yet
  };
  struct Operation {
    double issued = 0, start = 0, end = 0;
    bool known = false;        ///< start and end are
    int next = -1;             ///< in its stream, called already
    std::vector<int> waiters;  ///< threads
  };
  struct Due {
    double at = 0;
    bool is_call = false;
    int index = 0;  ///< of the operation, or key of the thread
    bool operator>(const Due& other) const {
      return std::tie(at, is_call, index) > std::tie(other.at, other.is_call, other.index);
    }
  };

  const ReplayStep& step_of(const Thread& thread) const {
    return program_.steps[thread.steps[thread.at]];
  }

  void go_on(int key, double now) {
    end_ = std::max(end_, now);
    const Thread& thread = threads_[key];
    if (thread.at < thread.steps.size()) due_.push({now + step_of(thread).think, true, key});
  }

  void call(int key, double now) {
    Thread& thread = threads_[key];
    const ReplayStep& step = step_of(thread);
    for (const int one : step.issues) {
      issue(one, now);
      now += step.issue_cost;
    }
    thread.now = now;
    for (const int one : step.awaits) {
      Operation& awaited = operations_[static_cast<std::size_t>(one)];
      if (awaited.known) continue;
      awaited.waiters.push_back(key);
      ++thread.pending;
    }
    if (thread.pending == 0) return_from_call(key);
  }

  void return_from_call(int key) {
    Thread& thread = threads_[key];
    const ReplayStep& step = step_of(thread);
    double now = thread.now;
    for (const int one : step.awaits)
      now = std::max(now, operations_[static_cast<std::size_t>(one)].end);
    ++thread.at;
    go_on(key, now + step.lag);
  }

  void issue(int index, double now) {
    const auto i = static_cast<std::size_t>(index);
    operations_[i].issued = now;
    int& last = last_of_.try_emplace(stream_of(program_.operations[i]), -1).first->second;
    if (last < 0) {
      due_.push({now, false, index});
    } else if (Operation& before = operations_[static_cast<std::size_t>(last)]; before.known) {
      due_.push({std::max(now, before.end), false, index});
    } else {
      before.next = index;
    }
    last = index;
  }

  void start(std::size_t i, double ready) {
    const ReplayOperation& one = program_.operations[i];
    Operation& now = operations_[i];
    now.start = now.end = ready;
    if (!one.gone) {
      const auto engine = static_cast<std::size_t>(one.engine());
      double& engine_end = engine_ends_[{one.device, one.engine()}];
      if (program_.exclusive[static_cast<std::size_t>(one.device)][engine])
        now.start = std::max(ready, engine_end);
      now.start += one.lead;
      now.end = now.start + one.length;
      engine_end = std::max(engine_end, now.end);
      end_ = std::max(end_, now.end);
    }
    now.known = true;
    if (now.next >= 0) {
      const double issued = operations_[static_cast<std::size_t>(now.next)].issued;
      due_.push({std::max(issued, now.end), false, now.next});
    }
    for (const int key : now.waiters)
      if (--threads_[key].pending == 0) return_from_call(key);
  }

  const ReplayProgram& program_;
  std::vector<Operation> operations_;
  std::map<int, Thread> threads_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::map<StreamKey, int> last_of_;
  std::map<std::pair<int, GpuEngine>, double> engine_ends_;
  double end_ = 0;
};

}  // namespace

GpuEngine engine_of(GpuKind kind) {
  if (kind == GpuKind::h2d) return GpuEngine::to_device;
  return kind == GpuKind::d2h ? GpuEngine::from_device : GpuEngine::kernels;
}

ReplayProgram record_program(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices) {
  ReplayProgram program;
  Recorded seen;
  record_operations(gpu, devices, program, seen);
  program.exclusive = find_exclusive(program, seen.spans, devices.size());
  find_leads(program, seen);
  record_steps(program, seen);
  return program;
}

Replayed replay(const ReplayProgram& program) { return Machines(program).run(); }

}  // namespace bottleneck
