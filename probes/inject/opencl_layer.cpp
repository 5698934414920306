// The layer's entry points, and the queues, which all get profiling.
#include "probes/inject/opencl_layer.h"

#include <cstdlib>
#include <cstring>

#include <pthread.h>

#define BOTTLENECK_EXPORT extern "C" __attribute__((visibility("default")))

namespace bottleneck::inject {

cl_icd_dispatch opencl_next;
GpuWriter opencl_writer;

namespace {

/// Property lists are short; one that is longer is passed on as it is.
constexpr std::size_t most_properties = 32;

cl_icd_dispatch layer;

cl_command_queue known(cl_command_queue queue, cl_device_id device) {
  if (queue) add_queue(queue, device);
  return queue;
}

cl_command_queue CL_API_CALL create_queue(cl_context context, cl_device_id device,
                                          cl_command_queue_properties properties, cl_int* error) {
  cl_command_queue queue = opencl_next.clCreateCommandQueue(
      context, device, properties | CL_QUEUE_PROFILING_ENABLE, error);
  if (!queue) {
    queue = opencl_next.clCreateCommandQueue(context, device, properties, error);
    if (queue) opencl_writer.note("a queue refused profiling: its commands have no times", 0);
  }
  return known(queue, device);
}

/// A copy of the list that asks for profiling too. False: as it is, there is nothing to add.
bool with_profiling(const cl_queue_properties* given, cl_queue_properties* copy) {
  std::size_t count = 0;
  bool asked = false;
  for (; given && given[count]; count += 2) {
    if (count + 5 > most_properties) return false;
    copy[count] = given[count];
    copy[count + 1] = given[count + 1];
    if (given[count] != CL_QUEUE_PROPERTIES) continue;
    asked = true;
    if (given[count + 1] & CL_QUEUE_ON_DEVICE) return false;  // the host gives it no commands
    copy[count + 1] |= CL_QUEUE_PROFILING_ENABLE;
  }
  if (!asked) {
    copy[count++] = CL_QUEUE_PROPERTIES;
    copy[count++] = CL_QUEUE_PROFILING_ENABLE;
  }
  copy[count] = 0;
  return true;
}

cl_command_queue CL_API_CALL create_queue_with(cl_context context, cl_device_id device,
                                               const cl_queue_properties* given, cl_int* error) {
  cl_queue_properties copy[most_properties];
  cl_command_queue queue = nullptr;
  const bool more = with_profiling(given, copy);
  if (more) queue = opencl_next.clCreateCommandQueueWithProperties(context, device, copy, error);
  if (!queue) {
    queue = opencl_next.clCreateCommandQueueWithProperties(context, device, given, error);
    if (queue && more)
      opencl_writer.note("a queue refused profiling: its commands have no times", 0);
  }
  return known(queue, device);
}

void in_forked_child() {
  opencl_writer.after_fork();
  forget_pending_after_fork();
  free_queues_after_fork();
}

void at_end() {
  if (!opencl_writer.is_open() || !opencl_writer.is_ours()) return;
  write_last();
  opencl_writer.close();
}

cl_int answer(const void* value, std::size_t size, std::size_t room, void* to,
              std::size_t* size_needed) {
  if (size_needed) *size_needed = size;
  if (!to) return CL_SUCCESS;
  if (room < size) return CL_INVALID_VALUE;
  std::memcpy(to, value, size);
  return CL_SUCCESS;
}

}  // namespace
}  // namespace bottleneck::inject

BOTTLENECK_EXPORT cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, std::size_t room, void* to,
                                                    std::size_t* size_needed) {
  using namespace bottleneck::inject;
  const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
  const char name[] = "bottleneck";
  if (what == CL_LAYER_API_VERSION) return answer(&version, sizeof version, room, to, size_needed);
  if (what == CL_LAYER_NAME) return answer(name, sizeof name, room, to, size_needed);
  return CL_INVALID_VALUE;
}

BOTTLENECK_EXPORT cl_int CL_API_CALL clInitLayer(cl_uint entries, const cl_icd_dispatch* target,
                                                 cl_uint* entries_of_ours,
                                                 const cl_icd_dispatch** ours) {
  using namespace bottleneck::inject;
  constexpr std::size_t ours_count = sizeof(cl_icd_dispatch) / sizeof(void*);
  if (!target || !entries_of_ours || !ours) return CL_INVALID_VALUE;
  const std::size_t common = entries < ours_count ? entries : ours_count;
  std::memcpy(static_cast<void*>(&opencl_next), target, common * sizeof(void*));
  layer = opencl_next;
  *entries_of_ours = static_cast<cl_uint>(ours_count);
  *ours = &layer;
  if (!opencl_writer.open(opencl_folder_variable)) return CL_SUCCESS;  // passes everything on
  layer.clCreateCommandQueue = create_queue;
  layer.clCreateCommandQueueWithProperties = create_queue_with;
  fill_command_table(layer);
  fill_transfer_table(layer);
  pthread_atfork(nullptr, nullptr, in_forked_child);
  std::atexit(at_end);
  return CL_SUCCESS;
}
