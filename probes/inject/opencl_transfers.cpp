// Commands that move bytes between host and device, or within it.
#include "probes/inject/opencl_layer.h"

namespace bottleneck::inject {
namespace {

const char* if_blocking(cl_bool blocking, const char* name) { return blocking ? name : nullptr; }

std::uint64_t volume(const std::size_t* region) {
  return region ? std::uint64_t{region[0]} * region[1] * region[2] : 0;
}

cl_int CL_API_CALL write_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                std::size_t offset, std::size_t size, const void* from,
                                cl_uint waits, const cl_event* events, cl_event* event) {
  Command command(RecordKind::h2d, queue, size, event,
                  if_blocking(blocking, "clEnqueueWriteBuffer"));
  command.set_memory(memory_of(from), RecordMemory::device);
  command.set_content(from, size);
  return command.end(opencl_next.clEnqueueWriteBuffer(queue, buffer, blocking, offset, size, from,
                                                      waits, events, command.event()));
}

cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                               std::size_t offset, std::size_t size, void* to, cl_uint waits,
                               const cl_event* events, cl_event* event) {
  Command command(RecordKind::d2h, queue, size, event,
                  if_blocking(blocking, "clEnqueueReadBuffer"));
  command.set_memory(RecordMemory::device, memory_of(to));
  const cl_int result = opencl_next.clEnqueueReadBuffer(queue, buffer, blocking, offset, size, to,
                                                        waits, events, command.event());
  // Until a read that does not block has ended, the bytes there are old.
  if (blocking && result == CL_SUCCESS) command.set_content(to, size);
  return command.end(result);
}

cl_int CL_API_CALL write_rectangle(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                   const std::size_t* buffer_origin, const std::size_t* origin,
                                   const std::size_t* region, std::size_t buffer_row,
                                   std::size_t buffer_slice, std::size_t row, std::size_t slice,
                                   const void* from, cl_uint waits, const cl_event* events,
                                   cl_event* event) {
  Command command(RecordKind::h2d, queue, volume(region), event,
                  if_blocking(blocking, "clEnqueueWriteBufferRect"));
  command.set_memory(memory_of(from), RecordMemory::device);
  return command.end(opencl_next.clEnqueueWriteBufferRect(
      queue, buffer, blocking, buffer_origin, origin, region, buffer_row, buffer_slice, row, slice,
      from, waits, events, command.event()));
}

cl_int CL_API_CALL read_rectangle(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                  const std::size_t* buffer_origin, const std::size_t* origin,
                                  const std::size_t* region, std::size_t buffer_row,
                                  std::size_t buffer_slice, std::size_t row, std::size_t slice,
                                  void* to, cl_uint waits, const cl_event* events,
                                  cl_event* event) {
  Command command(RecordKind::d2h, queue, volume(region), event,
                  if_blocking(blocking, "clEnqueueReadBufferRect"));
  command.set_memory(RecordMemory::device, memory_of(to));
  return command.end(opencl_next.clEnqueueReadBufferRect(
      queue, buffer, blocking, buffer_origin, origin, region, buffer_row, buffer_slice, row, slice,
      to, waits, events, command.event()));
}

cl_int CL_API_CALL copy_buffer(cl_command_queue queue, cl_mem from, cl_mem to,
                               std::size_t from_offset, std::size_t to_offset, std::size_t size,
                               cl_uint waits, const cl_event* events, cl_event* event) {
  Command command(RecordKind::d2d, queue, size, event);
  command.set_memory(RecordMemory::device, RecordMemory::device);
  return command.end(opencl_next.clEnqueueCopyBuffer(queue, from, to, from_offset, to_offset, size,
                                                     waits, events, command.event()));
}

cl_int CL_API_CALL fill_buffer(cl_command_queue queue, cl_mem buffer, const void* pattern,
                               std::size_t pattern_size, std::size_t offset, std::size_t size,
                               cl_uint waits, const cl_event* events, cl_event* event) {
  Command command(RecordKind::memset, queue, size, event);
  command.set_memory(RecordMemory::unknown, RecordMemory::device);
  return command.end(opencl_next.clEnqueueFillBuffer(queue, buffer, pattern, pattern_size, offset,
                                                     size, waits, events, command.event()));
}

/// The driver's own memory, made page-locked where that matters.
bool is_drivers_memory(cl_mem buffer) {
  cl_mem_flags flags = 0;
  opencl_next.clGetMemObjectInfo(buffer, CL_MEM_FLAGS, sizeof flags, &flags, nullptr);
  return flags & CL_MEM_ALLOC_HOST_PTR;
}

void* CL_API_CALL map_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                             cl_map_flags flags, std::size_t offset, std::size_t size,
                             cl_uint waits, const cl_event* events, cl_event* event,
                             cl_int* error) {
  Command command(RecordKind::map, queue, size, event, if_blocking(blocking, "clEnqueueMapBuffer"));
  const bool reads = flags & CL_MAP_READ;
  if (reads) command.set_memory(RecordMemory::device, RecordMemory::unknown);
  cl_int result = CL_SUCCESS;
  void* mapped = opencl_next.clEnqueueMapBuffer(queue, buffer, blocking, flags, offset, size, waits,
                                                events, command.event(), &result);
  if (mapped && is_drivers_memory(buffer)) add_pinned(mapped, size);
  command.end(result);
  if (error) *error = result;
  return mapped;
}

cl_int CL_API_CALL unmap(cl_command_queue queue, cl_mem memory, void* mapped, cl_uint waits,
                         const cl_event* events, cl_event* event) {
  Command command(RecordKind::map, queue, 0, event);
  command.set_memory(RecordMemory::unknown, RecordMemory::device);
  remove_pinned(mapped);
  return command.end(
      opencl_next.clEnqueueUnmapMemObject(queue, memory, mapped, waits, events, command.event()));
}

}  // namespace

void fill_transfer_table(cl_icd_dispatch& table) {
  table.clEnqueueWriteBuffer = write_buffer;
  table.clEnqueueReadBuffer = read_buffer;
  table.clEnqueueWriteBufferRect = write_rectangle;
  table.clEnqueueReadBufferRect = read_rectangle;
  table.clEnqueueCopyBuffer = copy_buffer;
  table.clEnqueueFillBuffer = fill_buffer;
  table.clEnqueueMapBuffer = map_buffer;
  table.clEnqueueUnmapMemObject = unmap;
}

}  // namespace bottleneck::inject
