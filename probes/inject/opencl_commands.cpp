// Commands other than transfers, and calls that wait: kernels, markers of the host's own waiting,
// and what builds and allocates.
#include "probes/inject/opencl_layer.h"

namespace bottleneck::inject {
namespace {

/// Calls that take less are no part of anybody's time.
constexpr std::uint64_t worth_mention_ns = 5'000;

std::uint64_t next_correlation() {
  static std::uint64_t last = 0;
  return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

cl_int CL_API_CALL enqueue_kernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                  const std::size_t* offset, const std::size_t* global,
                                  const std::size_t* local, cl_uint waits, const cl_event* events,
                                  cl_event* event) {
  Command command(RecordKind::kernel, queue, 0, event);
  if (GpuRecord* record = command.record()) {
    char name[256] = {};
    opencl_next.clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name - 1, name, nullptr);
    record->name = opencl_writer.intern(name);
    std::uint64_t items = 1, block = local ? 1 : 0;
    for (cl_uint i = 0; i < dimensions && i < 3; ++i) {
      if (global) items *= global[i];
      if (local) block *= local[i];
    }
    record->work_items = items;
    record->block = static_cast<std::uint32_t>(block);
  }
  return command.end(opencl_next.clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global,
                                                        local, waits, events, command.event()));
}

cl_int CL_API_CALL finish(cl_command_queue queue) {
  const HostCall call(RecordKind::sync, "clFinish");
  const cl_int result = opencl_next.clFinish(queue);
  call.end(find_queue(queue));
  write_finished(true);
  return result;
}

cl_int CL_API_CALL wait_for_events(cl_uint count, const cl_event* events) {
  const HostCall call(RecordKind::sync, "clWaitForEvents");
  const cl_int result = opencl_next.clWaitForEvents(count, events);
  call.end({});
  write_finished(true);
  return result;
}

cl_int CL_API_CALL release_queue(cl_command_queue queue) {
  write_finished(true);
  return opencl_next.clReleaseCommandQueue(queue);
}

cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, std::size_t size,
                                 void* host, cl_int* error) {
  const HostCall call(RecordKind::api, flags & CL_MEM_COPY_HOST_PTR ? "clCreateBuffer, which copies"
                                                                    : "clCreateBuffer");
  cl_mem memory = opencl_next.clCreateBuffer(context, flags, size, host, error);
  call.end_if_longer_than(worth_mention_ns, size);
  return memory;
}

cl_int CL_API_CALL build_program(cl_program program, cl_uint count, const cl_device_id* devices,
                                 const char* options, void(CL_CALLBACK* notify)(cl_program, void*),
                                 void* data) {
  const HostCall call(RecordKind::api, "clBuildProgram");
  const cl_int result = opencl_next.clBuildProgram(program, count, devices, options, notify, data);
  call.end_if_longer_than(worth_mention_ns, 0);
  return result;
}

}  // namespace

void HostCall::end(OpenclQueue queue, std::uint64_t bytes, std::uint64_t correlation) const {
  const std::uint64_t now = gpu_now_ns();
  GpuRecord* record = opencl_writer.claim(kind_);
  if (!record) return;
  record->start = record->queued = begin_;
  record->end = now;
  record->bytes = bytes;
  record->thread = gpu_thread();
  record->stream = queue.stream;
  record->device = queue.device;
  record->correlation = correlation;
  record->name = opencl_writer.intern(name_);
  GpuWriter::commit(record);
}

void HostCall::end_if_longer_than(std::uint64_t ns, std::uint64_t bytes) const {
  if (gpu_now_ns() - begin_ > ns) end({}, bytes);
}

Command::Command(RecordKind kind, cl_command_queue queue, std::uint64_t bytes, cl_event* wanted,
                 const char* blocking_name)
    : record_(opencl_writer.claim(kind)), wanted_(wanted), blocking_name_(blocking_name) {
  if (record_) {
    queue_ = find_queue(queue);
    record_->bytes = bytes;
    record_->thread = gpu_thread();
    record_->stream = queue_.stream;
    record_->device = queue_.device;
    record_->correlation = next_correlation();
    if (blocking_name) record_->flags |= record_blocking;
    if (!blocking_name) record_->flags |= record_asynchronous;
  }
  issued_ns_ = gpu_now_ns();
}

void Command::set_memory(RecordMemory source, RecordMemory destination) {
  if (!record_) return;
  record_->source = source;
  record_->destination = destination;
}

void Command::set_content(const void* bytes, std::size_t size) {
  if (record_ && bytes && size > 0) record_->content = hash_sample(bytes, size);
}

cl_int Command::end(cl_int result) {
  if (!record_) return result;
  cl_event made = result == CL_SUCCESS ? *event() : nullptr;
  const std::uint64_t correlation = record_->correlation, bytes = record_->bytes;
  if (made) {
    if (wanted_) opencl_next.clRetainEvent(made);
    add_pending(made, record_, issued_ns_, queue_.device);
  } else {
    record_->kind = RecordKind::none;  // it failed: nothing ran
    GpuWriter::commit(record_);
  }
  if (blocking_name_ && made) {
    HostCall waited(RecordKind::sync, blocking_name_, issued_ns_);
    waited.end(queue_, bytes, correlation);
  }
  write_finished(blocking_name_ != nullptr);
  return result;
}

void fill_command_table(cl_icd_dispatch& table) {
  table.clEnqueueNDRangeKernel = enqueue_kernel;
  table.clFinish = finish;
  table.clWaitForEvents = wait_for_events;
  table.clReleaseCommandQueue = release_queue;
  table.clCreateBuffer = create_buffer;
  table.clBuildProgram = build_program;
}

}  // namespace bottleneck::inject
