// The operations of devices once more, in their order and with other durations: a host thread takes
// as long between its calls as it did, an operation starts when its call has been made, the one
// before it in its stream has ended and its engine is free. So savings that hide behind something
// else are none (research/gpu.md 5.3). Its place: below gpu_gains, which says what changes. With
// nothing changed it gives the recorded times, but where an engine took operations of several
// streams in another order than they could start.
#pragma once

#include <array>
#include <optional>
#include <tuple>
#include <vector>

#include "src/analysis/gpu_activity.h"

namespace bottleneck {

enum class GpuEngine { to_device, from_device, kernels };
GpuEngine engine_of(GpuKind);

struct ReplayOperation {
  GpuKind kind = GpuKind::kernel;
  int device = 0;
  int process = 0;
  int stream = 0;
  int operation = -1;  ///< index into GpuTimeline::operations; -1: made for the replay
  double length = 0;
  double lead = 0;  ///< from when it could start until it did
  double bytes = 0;
  bool gone = false;                                  ///< it is not made any more
  std::optional<GpuEngine> on_engine = std::nullopt;  ///< instead of its kind's
  double count = 1;                                   ///< of the row's that it stands for
  GpuEngine engine() const { return on_engine.value_or(engine_of(kind)); }
  std::tuple<int, int, int> stream_key() const { return {device, process, stream}; }
};

/// A call of a host thread, `think` seconds after its one before returned.
struct ReplayStep {
  int thread = 0;  ///< -1 - process where it is not known
  double think = 0;
  std::vector<int> issues;  ///< operations that it starts
  double issue_cost = 0;    ///< host time of each
  std::vector<int> awaits;  ///< operations whose end it waits for
  bool own = false;         ///< they are the call's own: where they are gone it waits for nothing
  double lag = 0;           ///< from the last of these, or its own begin, to its return
};

struct ReplayProgram {
  std::vector<ReplayOperation> operations;
  std::vector<ReplayStep> steps;  ///< of each thread in its order
  /// By device and engine: one operation at a time, as recorded.
  std::vector<std::array<bool, 3>> exclusive;
};

struct Replayed {
  double end = 0;                    ///< of the last operation or call, from the first call
  std::vector<double> starts, ends;  ///< by operation
};

/// In gpu_record.cpp.
ReplayProgram record_program(const GpuTimeline&, const std::vector<GpuActivity>&);
Replayed replay(const ReplayProgram&);

}  // namespace bottleneck
