// What GPUs did (gpu.h) as rows of a saved profile, each described once as in json_fields.h.
// Operations are columns; their times keep nanoseconds, since a kernel may last for one
// microsecond. A timeline in which nothing stands is not written at all. It does not say which
// values make sense: check_gpu does.
#pragma once

#include "src/core/json_fields.h"

namespace bottleneck {

/// Errors: throws BadField for indices that point nowhere, negative or absurd times and sizes.
void check_gpu(const Profile&);

/// Nothing was used, and nothing is missing that should be said.
bool says_nothing(const GpuTimeline&);

void describe(auto& codec, Like<GpuDevice> auto& device) {
  codec.word("source", device.source);
  codec("name", device.name);
  codec("simulated", device.simulated);
  codec("host_memory", device.host_memory);
  codec("is_cpu", device.is_cpu);
  codec("multiprocessors", device.multiprocessors);
  codec("memory_bandwidth", device.memory_bandwidth);
  codec("copy_engines", device.copy_engines);
  codec("link_bandwidth", device.link_bandwidth);
}

void describe(auto& codec, Like<GpuOperation> auto& one) {
  codec.word("kind", one.kind);
  codec("device", one.device);
  codec("stream", one.stream);
  codec("process", one.process);
  codec("thread", one.thread);
  codec.fine_time("start_s", one.start_s);
  codec.fine_time("end_s", one.end_s);
  codec.fine_time("queued_s", one.queued_s);
  codec.fine_time("busy_s", one.busy_s);
  codec("count", one.count);
  codec("bytes", one.bytes);
  codec.word("from", one.source);
  codec.word("to", one.destination);
  codec("asynchronous", one.asynchronous);
  codec("from_graph", one.from_graph);
  codec("name", one.name);
  codec("correlation", one.correlation);
  codec("content", one.content);
  codec("work_items", one.work_items);
  codec("occupancy", one.occupancy);
}

/// All but its tables.
void describe(auto& codec, Like<GpuTimeline> auto& gpu) {
  codec("names", gpu.names);
  codec("recorded", gpu.recorded);
  codec("dropped", gpu.dropped);
  codec("torn", gpu.torn);
  codec("without_time", gpu.without_time);
  codec("truncated", gpu.truncated);
  codec.fine_time("tracing_s", gpu.tracing_s);
  codec("notes", gpu.notes);
}

}  // namespace bottleneck
