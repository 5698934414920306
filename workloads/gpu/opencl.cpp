#include "workloads/gpu/opencl.h"

#include <stdexcept>
#include <vector>

namespace workload::gpu {
namespace {

/// Of the ICD loader, where no driver is installed. Source: cl_khr_icd.
constexpr cl_int no_platform = -1001;

std::vector<cl_platform_id> list_platforms() {
  cl_uint count = 0;
  const cl_int error = clGetPlatformIDs(0, nullptr, &count);
  if (error == no_platform || (error == CL_SUCCESS && count == 0)) return {};
  check(error, "clGetPlatformIDs");
  std::vector<cl_platform_id> platforms(count);
  check(clGetPlatformIDs(count, platforms.data(), nullptr), "clGetPlatformIDs");
  return platforms;
}

/// nullptr: there is none.
cl_device_id find_device() {
  const std::vector<cl_platform_id> platforms = list_platforms();
  for (const cl_device_type type :
       {cl_device_type{CL_DEVICE_TYPE_GPU}, cl_device_type{CL_DEVICE_TYPE_ACCELERATOR},
        cl_device_type{CL_DEVICE_TYPE_ALL}})
    for (const cl_platform_id platform : platforms) {
      cl_device_id device = nullptr;
      if (clGetDeviceIDs(platform, type, 1, &device, nullptr) == CL_SUCCESS) return device;
    }
  return nullptr;
}

cl_device_id need_device() {
  const cl_device_id device = find_device();
  if (device == nullptr) throw std::runtime_error("no OpenCL device");
  return device;
}

std::string name_of(cl_device_id device) {
  std::size_t size = 0;
  check(clGetDeviceInfo(device, CL_DEVICE_NAME, 0, nullptr, &size), "clGetDeviceInfo");
  std::string text(size, '\0');
  check(clGetDeviceInfo(device, CL_DEVICE_NAME, size, text.data(), nullptr), "clGetDeviceInfo");
  return text.c_str();  // without the zero at its end
}

std::string name_platform(cl_device_id device) {
  cl_platform_id platform = nullptr;
  constexpr std::size_t bytes = sizeof platform;  // NOLINT: a handle of OpenCL is a pointer
  check(clGetDeviceInfo(device, CL_DEVICE_PLATFORM, bytes, &platform, nullptr), "clGetDeviceInfo");
  std::size_t size = 0;
  check(clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, nullptr, &size), "clGetPlatformInfo");
  std::string text(size, '\0');
  check(clGetPlatformInfo(platform, CL_PLATFORM_NAME, size, text.data(), nullptr),
        "clGetPlatformInfo");
  return text.c_str();
}

cl_context make_context(cl_device_id device) {
  cl_int error = CL_SUCCESS;
  const cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &error);
  check(error, "clCreateContext");
  return context;
}

std::string build_log(cl_program program, cl_device_id device) {
  std::size_t size = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size);
  std::string text(size, '\0');
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, text.data(), nullptr);
  return text.c_str();
}

}  // namespace

void check(cl_int error, const char* what) {
  if (error != CL_SUCCESS)
    throw std::runtime_error(std::string(what) + ": OpenCL error " + std::to_string(error));
}

Device::Device() : device_(need_device()), context_(make_context(device_)) {}

Buffer Device::make_buffer(cl_mem_flags flags, std::size_t bytes, void* host) const {
  cl_int error = CL_SUCCESS;
  Buffer buffer(clCreateBuffer(context_.get(), flags, bytes, host, &error));
  check(error, "clCreateBuffer");
  return buffer;
}

Queue Device::make_queue() const {
  cl_int error = CL_SUCCESS;
  Queue queue(clCreateCommandQueue(context_.get(), device_, 0, &error));
  check(error, "clCreateCommandQueue");
  return queue;
}

Kernel Device::make_kernel(const char* source, const char* name) const {
  cl_int error = CL_SUCCESS;
  const Program program(clCreateProgramWithSource(context_.get(), 1, &source, nullptr, &error));
  check(error, "clCreateProgramWithSource");
  if (clBuildProgram(program.get(), 1, &device_, "", nullptr, nullptr) != CL_SUCCESS)
    throw std::runtime_error("clBuildProgram: " + build_log(program.get(), device_));
  Kernel kernel(clCreateKernel(program.get(), name, &error));
  check(error, "clCreateKernel");
  return kernel;
}

void describe_opencl_device(Part& part) {
  const cl_device_id device = find_device();
  if (device == nullptr) {
    part.missing = "no device";
    return;
  }
  cl_bool unified = CL_FALSE;
  check(clGetDeviceInfo(device, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, nullptr),
        "clGetDeviceInfo");
  part.host_memory = unified == CL_TRUE;
  part.device = "OpenCL: " + name_of(device) + " (" + name_platform(device) + ")";
}

}  // namespace workload::gpu
