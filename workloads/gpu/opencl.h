// What the OpenCL parts share: errors as exceptions, objects that release themselves, and which
// device answers: a GPU or another accelerator, else a CPU. It hides no step: moving and launching
// stand in the variants themselves.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "workloads/gpu/part.h"

namespace workload::gpu {

/// Errors: throws std::runtime_error with the number, for anything but CL_SUCCESS.
void check(cl_int error, const char* what);

/// Owns one reference of an OpenCL object.
template <typename Handle, cl_int (*release)(Handle)>
class Owned {
 public:
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (handle_ != nullptr) release(handle_);
  }
  Handle get() const { return handle_; }

 private:
  Handle handle_;
};
using Context = Owned<cl_context, clReleaseContext>;
using Queue = Owned<cl_command_queue, clReleaseCommandQueue>;
using Buffer = Owned<cl_mem, clReleaseMemObject>;
using Program = Owned<cl_program, clReleaseProgram>;
using Kernel = Owned<cl_kernel, clReleaseKernel>;

/// One device, ready to work. Errors: throws std::runtime_error.
class Device {
 public:
  Device();
  Buffer make_buffer(cl_mem_flags flags, std::size_t bytes, void* host = nullptr) const;
  Queue make_queue() const;
  Kernel make_kernel(const char* source, const char* name) const;

 private:
  cl_device_id device_;
  Context context_;
};

template <typename T>
void set_argument(const Kernel& kernel, cl_uint index, const T& value) {
  constexpr std::size_t bytes = sizeof(T);  // NOLINT: a handle of OpenCL is a pointer
  check(clSetKernelArg(kernel.get(), index, bytes, &value), "clSetKernelArg");
}
inline void set_argument(const Kernel& kernel, cl_uint index, const Buffer& buffer) {
  set_argument(kernel, index, buffer.get());
}

/// Device, host_memory, and missing where none answers.
void describe_opencl_device(Part&);

}  // namespace workload::gpu
