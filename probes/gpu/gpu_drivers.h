// What there is to run GPU programs with, as files: drivers, CUPTI, an OpenCL loader. Looks where
// the dynamic loader looks (LD_LIBRARY_PATH, its cache, the usual folders) without loading
// anything; a program's own RPATH it does not know.
#pragma once

#include <string>
#include <vector>

#include "probes/system.h"
#include "src/core/measurement.h"
#include "src/core/run.h"

namespace bottleneck::gpu {

/// The path of a shared library; "" if the loader would not find it. `environment`: entries
/// "NAME=value" of the program that would load it.
std::string find_library(const System&, const std::string& name,
                         const std::vector<std::string>& environment);

/// Why CUDA programs cannot run here, with the error that CUDA answers; "" if they may.
struct DriverState {
  std::string driver;  ///< path of libcuda.so.1
  std::string lacking;
  std::string remedy;
};
DriverState find_nvidia_driver(const System&, const std::vector<std::string>& environment);

/// The first of libcupti.so.13, .12 in the loader's places or the toolkit's; "" none.
std::string find_cupti(const System&, const std::vector<std::string>& environment);

/// What `check` says of each.
ProbeState check_cupti(const System&);
ProbeState check_opencl(const System&);

/// The first of these programs that has CUDA's runtime in it or linked to it; "" none.
std::string find_cuda_program(const System&, const std::vector<Process>&);
/// The process has CUDA's runtime loaded.
bool has_cuda_loaded(const System&, int pid);

}  // namespace bottleneck::gpu
