#include "probes/gpu/gpu_drivers.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "probes/code/regular_file.h"
#include "probes/machine/text.h"

namespace bottleneck::gpu {
namespace {

constexpr const char* driver_name = "libcuda.so.1";
/// Besides the loader's cache. Source: its defaults on Debian and Red Hat, WSL's driver, the
/// container toolkit's, and the CUDA toolkit's own.
constexpr const char* usual_folders[] = {"/usr/lib/x86_64-linux-gnu",
                                         "/lib/x86_64-linux-gnu",
                                         "/usr/lib64",
                                         "/lib64",
                                         "/usr/lib",
                                         "/usr/lib/wsl/lib",
                                         "/usr/local/nvidia/lib64",
                                         "/usr/lib/aarch64-linux-gnu"};
constexpr const char* toolkit_folders[] = {"/usr/local/cuda/lib64",
                                           "/usr/local/cuda/extras/CUPTI/lib64"};
/// Looked through for the runtime's name; larger programs, and more of them, would delay the
/// report.
constexpr std::uint64_t largest_program = 64 << 20;
constexpr std::size_t most_programs = 16;

bool exists(const System& system, const std::string& path) {
  return ::access(system.path(path).c_str(), R_OK) == 0;
}

std::string setting(const std::vector<std::string>& environment, std::string_view name) {
  std::string value;
  for (const std::string& entry : environment)
    if (entry.starts_with(name) && entry.substr(name.size(), 1) == "=")
      value = entry.substr(name.size() + 1);
  return value;
}

/// The loader's cache holds whole paths, each ended by a zero byte.
std::string in_loader_cache(const System& system, const std::string& name) {
  const std::string cache = system.read("/etc/ld.so.cache").value_or("");
  const std::string wanted = "/" + name + '\0';
  for (std::size_t at = cache.find(wanted); at != cache.npos; at = cache.find(wanted, at + 1)) {
    const std::size_t begin = cache.rfind('\0', at) + 1;
    std::string path = cache.substr(begin, at + wanted.size() - 1 - begin);
    if (path.starts_with("/") && exists(system, path)) return path;
  }
  return "";
}

std::vector<std::string> own_environment() {
  const char* folders = std::getenv("LD_LIBRARY_PATH");
  return {std::string("LD_LIBRARY_PATH=") + (folders ? folders : "")};
}

bool has_nvidia_device(const System& system) {
  for (const std::string& name : system.list("/dev"))
    if ((name.starts_with("nvidia") && name.size() > 6 && name[6] >= '0' && name[6] <= '9') ||
        name == "dxg" || name.starts_with("nvhost"))
      return true;
  return false;
}

bool names_cuda(const std::string& bytes) {
  return bytes.find("libcudart.so") != bytes.npos || bytes.find(driver_name) != bytes.npos;
}

}  // namespace

std::string find_library(const System& system, const std::string& name,
                         const std::vector<std::string>& environment) {
  const std::string folders = setting(environment, "LD_LIBRARY_PATH");
  for (const std::string_view folder : split(folders, ':')) {
    std::string path = std::string(folder) + "/" + name;
    if (path.starts_with("/") && exists(system, path)) return path;
  }
  std::string cached = in_loader_cache(system, name);
  if (!cached.empty()) return cached;
  for (const char* folder : usual_folders)
    if (exists(system, std::string(folder) + "/" + name)) return std::string(folder) + "/" + name;
  return "";
}

std::string find_cupti(const System& system, const std::vector<std::string>& environment) {
  for (const char* name : {"libcupti.so.13", "libcupti.so.12"}) {
    std::string found = find_library(system, name, environment);
    if (!found.empty()) return found;
    for (const char* folder : toolkit_folders)
      if (exists(system, std::string(folder) + "/" + name)) return std::string(folder) + "/" + name;
  }
  return "";
}

DriverState find_nvidia_driver(const System& system, const std::vector<std::string>& environment) {
  DriverState state{find_library(system, driver_name, environment), "", ""};
  if (state.driver.empty()) {
    state.lacking =
        "no NVIDIA driver here (libcuda.so.1 is missing: CUDA answers 35 "
        "cudaErrorInsufficientDriver)";
    state.remedy = "install NVIDIA's driver, in a container: docker run --gpus all ...";
  } else if (state.driver.find("/stubs/") != state.driver.npos) {
    state.lacking = fmt::format(
        "{} is a stub for linking, no driver (CUDA answers 34 cudaErrorStubLibrary)", state.driver);
    state.remedy = "take the folder stubs out of LD_LIBRARY_PATH";
  } else if (!has_nvidia_device(system)) {
    state.lacking =
        "an NVIDIA driver is here, but no device (/dev/nvidia0 is missing: CUDA answers 100 "
        "cudaErrorNoDevice)";
    state.remedy = "in a container: docker run --gpus all ...";
  }
  return state;
}

ProbeState check_cupti(const System& system) {
  ProbeState state{"gpu.cupti", ProbeStatus::available, "", "", ""};
  const DriverState driver = find_nvidia_driver(system, own_environment());
  if (!driver.lacking.empty()) {
    state.status = ProbeStatus::unavailable;
    state.reason = driver.lacking;
    state.remedy = driver.remedy;
  } else if (const std::string cupti = find_cupti(system, own_environment()); cupti.empty()) {
    state.status = ProbeStatus::degraded;
    state.reason =
        "CUPTI is not here (libcupti.so.13 or .12): only programs that bring their own are "
        "observed";
    state.remedy = "install the CUDA toolkit's CUPTI, and have its folder in LD_LIBRARY_PATH";
  } else {
    state.detail = "operations of CUDA programs, by " + cupti;
  }
  return state;
}

ProbeState check_opencl(const System& system) {
  ProbeState state{"gpu.opencl", ProbeStatus::available, "", "", ""};
  const std::string loader = find_library(system, "libOpenCL.so.1", own_environment());
  if (loader.empty()) {
    state.status = ProbeStatus::unavailable;
    state.reason = "no OpenCL here (libOpenCL.so.1 is missing)";
    state.remedy = "apt install ocl-icd-libopencl1 pocl-opencl-icd";
  } else {
    state.detail = "commands of OpenCL programs, by a layer behind " + loader;
  }
  return state;
}

std::string find_cuda_program(const System& system, const std::vector<Process>& processes) {
  std::set<std::string> seen;
  for (const Process& process : processes) {
    if (process.executable.empty() || seen.size() >= most_programs) continue;
    if (!seen.insert(process.executable).second) continue;
    const auto file = RegularFile::open(system.path(process.executable));
    if (!file || file->size() > largest_program) continue;
    if (names_cuda(file->read_at(0, static_cast<std::size_t>(file->size()))))
      return process.executable;
  }
  return "";
}

bool has_cuda_loaded(const System& system, int pid) {
  const auto maps = system.read(fmt::format("/proc/{}/maps", pid));
  return maps && maps->find("/libcudart") != maps->npos;
}

}  // namespace bottleneck::gpu
