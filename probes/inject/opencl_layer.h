// What the files of the OpenCL layer share: the functions behind it, its writer, its queues, and
// one command on its way from the call to its record. The layer is loaded by the OpenCL loader
// (OPENCL_LAYERS) into the target, passes every call on unchanged but for profiling and an event
// of its own, and never makes a call fail. Does not wait for the device.
#pragma once

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_0_APIS
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <CL/cl_layer.h>

#include "probes/inject/gpu_writer.h"

namespace bottleneck::inject {

extern cl_icd_dispatch opencl_next;  ///< what the loader has behind us
extern GpuWriter opencl_writer;

/// The name of a queue in records, from 1; 0 unknown.
struct OpenclQueue {
  std::uint32_t stream = 0;
  std::uint32_t device = 0;
};
OpenclQueue find_queue(cl_command_queue);
/// A queue was made for this device, whose facts are written down with its first one.
void add_queue(cl_command_queue, cl_device_id);

/// Memory that the driver gave for mapped buffers; copies from there need no staging.
void add_pinned(const void* begin, std::size_t bytes);
void remove_pinned(const void* begin);
RecordMemory memory_of(const void* host);

/// 64 samples of 64 bytes, spread evenly; all of a small buffer. Never 0.
/// Source: research/gpu.md 5.3 (0.2 us; a full hash costs as much as the copy).
std::uint64_t hash_sample(const void* bytes, std::size_t size);

/// Puts command records in order: those of finished commands get their times.
void add_pending(cl_event, GpuRecord*, std::uint64_t issued_ns, std::uint32_t device);
/// `thoroughly`: after a wait, when many may have ended.
void write_finished(bool thoroughly);
/// The process ends: what is still running has no time.
void write_last();
void forget_pending_after_fork();
void free_queues_after_fork();

/// A call that takes the host's time, from its making to its end.
class HostCall {
 public:
  HostCall(RecordKind kind, const char* name, std::uint64_t begin_ns = gpu_now_ns())
      : kind_(kind), name_(name), begin_(begin_ns) {}
  void end(OpenclQueue, std::uint64_t bytes = 0, std::uint64_t correlation = 0) const;
  void end_if_longer_than(std::uint64_t ns, std::uint64_t bytes) const;

 private:
  RecordKind kind_;
  const char* name_;
  std::uint64_t begin_;
};

/// One enqueued command.
class Command {
 public:
  /// `wanted`: the program's own place for the event, or null. `name` if the call may block.
  Command(RecordKind, cl_command_queue, std::uint64_t bytes, cl_event* wanted,
          const char* blocking_name = nullptr);
  /// Where the call is to put its event.
  cl_event* event() { return wanted_ ? wanted_ : record_ ? &own_ : nullptr; }
  GpuRecord* record() { return record_; }
  void set_memory(RecordMemory source, RecordMemory destination);
  void set_content(const void* bytes, std::size_t size);
  /// After the call: `result` is passed through.
  cl_int end(cl_int result);

 private:
  GpuRecord* record_;
  cl_event own_ = nullptr;
  cl_event* wanted_;
  const char* blocking_name_;
  OpenclQueue queue_;
  std::uint64_t issued_ns_;
};

void fill_command_table(cl_icd_dispatch&);
void fill_transfer_table(cl_icd_dispatch&);

}  // namespace bottleneck::inject
