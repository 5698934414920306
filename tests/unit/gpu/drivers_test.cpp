#include <gmock/gmock.h>

#include "probes/gpu/gpu_drivers.h"
#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck::gpu {
namespace {

using testing::HasSubstr;

TEST(GpuDrivers, says_which_error_a_program_without_driver_gets) {
  const TemporaryFolder root;
  const DriverState state = find_nvidia_driver(System{root.path()}, {});
  EXPECT_THAT(state.lacking, HasSubstr("35 cudaErrorInsufficientDriver"));
  EXPECT_EQ(check_cupti(System{root.path()}).status, ProbeStatus::unavailable);
  EXPECT_EQ(check_opencl(System{root.path()}).status, ProbeStatus::unavailable);
}

using namespace std::string_literals;  // with the zero bytes

TEST(GpuDrivers, finds_a_library_in_the_loaders_cache) {
  const TemporaryFolder root;
  root.write("opt/nvidia/libcuda.so.1", "x");
  root.write("etc/ld.so.cache",
             "glibc-ld.so.cache1.1\0libcuda.so.1\0/gone/libcuda.so.1\0/opt/nvidia/libcuda.so.1\0"s);
  const System system{root.path()};
  EXPECT_EQ(find_library(system, "libcuda.so.1", {}), "/opt/nvidia/libcuda.so.1");
  EXPECT_EQ(find_library(system, "libcupti.so.13", {}), "");
  EXPECT_THAT(find_nvidia_driver(system, {}).lacking, HasSubstr("100 cudaErrorNoDevice"));
}

TEST(GpuDrivers, obeys_the_programs_own_path_and_knows_a_stub) {
  const TemporaryFolder root;
  root.write("toolkit/lib/stubs/libcuda.so.1", "x");
  root.write("dev/nvidia0", "");
  const System system{root.path()};
  const DriverState state =
      find_nvidia_driver(system, {"LD_LIBRARY_PATH=/none:/toolkit/lib/stubs"});
  EXPECT_THAT(state.lacking, HasSubstr("34 cudaErrorStubLibrary"));
}

TEST(GpuDrivers, lacks_nothing_where_driver_and_device_are) {
  const TemporaryFolder root;
  root.write("usr/lib/x86_64-linux-gnu/libcuda.so.1", "x");
  root.write("dev/nvidia0", "");
  EXPECT_EQ(find_nvidia_driver(System{root.path()}, {}).lacking, "");
}

TEST(GpuDrivers, knows_programs_with_cuda_in_them) {
  const TemporaryFolder root;
  root.write("bin/plain", "libcuda.so and more");
  root.write("bin/cuda", std::string("ELF libcuda.so.1\0", 17));
  Process plain, cuda;
  plain.executable = "/bin/plain";
  cuda.executable = "/bin/cuda";
  EXPECT_EQ(find_cuda_program(System{root.path()}, {plain, cuda}), "/bin/cuda");
  EXPECT_EQ(find_cuda_program(System{root.path()}, {plain}), "");
}

}  // namespace
}  // namespace bottleneck::gpu
