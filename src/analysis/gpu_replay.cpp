#include "src/analysis/gpu_replay.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>

namespace bottleneck {
namespace {

using StreamKey = std::tuple<int, int, int>;  // device, process, stream

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

  bool is_void(const ReplayStep& step, int operation) const {
    return step.own && program_.operations[static_cast<std::size_t>(operation)].gone;
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
      if (awaited.known || is_void(step, one)) continue;
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
      if (!is_void(step, one)) now = std::max(now, operations_[static_cast<std::size_t>(one)].end);
    ++thread.at;
    go_on(key, now + step.lag);
  }

  void issue(int index, double now) {
    const auto i = static_cast<std::size_t>(index);
    operations_[i].issued = now;
    int& last = last_of_.try_emplace(program_.operations[i].stream_key(), -1).first->second;
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

Replayed replay(const ReplayProgram& program) { return Machines(program).run(); }

}  // namespace bottleneck
