#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "src/analysis/gpu_replay.h"

namespace bottleneck {
namespace {

/// Times of one device are kept to 1e-9 s.
constexpr double rounding_s = 1e-9;
/// Operations that ran at once on an engine for more than this of their time share it.
constexpr double at_once_share = 1e-3;

using StreamKey = std::tuple<int, int, int>;  // device, process, stream

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
  int own = -1;         ///< a copy that the same call has made, in which it waits
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
      made.count = piece.count;
      const double begin = piece.queued >= 0 ? std::min(piece.queued, piece.start) : piece.start;
      const int index = static_cast<int>(program.operations.size());
      const bool blocks = blocks_host(one);
      seen.calls.push_back({key_of_thread(one), one.process, begin, blocks ? piece.end : begin,
                            index, false, blocks});
      seen.spans.push_back({piece.start, piece.end});
      seen.queued.push_back(begin);
      program.operations.push_back(made);
    }
  std::map<std::pair<int, std::uint64_t>, int> copies;  // by process and number of the call
  for (std::size_t i = 0; i < program.operations.size(); ++i) {
    const ReplayOperation& made = program.operations[i];
    const auto& one = gpu.operations[static_cast<std::size_t>(made.operation)];
    if (is_copy(one.kind) && one.correlation != 0)
      copies[{one.process, one.correlation}] = static_cast<int>(i);
  }
  for (const GpuOperation& one : gpu.operations) {
    if (one.kind != GpuKind::sync || !has_time(one)) continue;
    const auto own = copies.find({one.process, one.correlation});
    for (const GpuPiece& piece : pieces_of(one, 0))
      seen.calls.push_back({key_of_thread(one), one.process, piece.start, piece.end, -1, true,
                            false, own == copies.end() ? -1 : own->second});
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
    if (const auto found = stream_ends.find(one.stream_key()); found != stream_ends.end())
      ready = std::max(ready, found->second);
    double& engine_end = engine_ends.try_emplace({one.device, engine}, ready).first->second;
    if (program.exclusive[static_cast<std::size_t>(one.device)][static_cast<std::size_t>(engine)])
      ready = std::max(ready, engine_end);
    one.lead = std::max(0.0, seen.spans[i].start - ready);
    stream_ends[one.stream_key()] = engine_end = seen.spans[i].end;
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
    streams[program.operations[i].stream_key()].push_back(static_cast<int>(i));
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
    if (call.own >= 0) step.awaits = {call.own};
    step.own = call.own >= 0 || call.blocks;
    for (const int one : step.awaits)
      last = std::max(last, seen.spans[static_cast<std::size_t>(one)].end);
    if (call.waits) step.lag = std::max(0.0, call.returned - last);
    before = std::max(before, call.returned);
    program.steps.push_back(std::move(step));
  }
}

}  // namespace

ReplayProgram record_program(const GpuTimeline& gpu, const std::vector<GpuActivity>& devices) {
  ReplayProgram program;
  Recorded seen;
  record_operations(gpu, devices, program, seen);
  program.exclusive = find_exclusive(program, seen.spans, devices.size());
  find_leads(program, seen);
  record_steps(program, seen);
  return program;
}

}  // namespace bottleneck
