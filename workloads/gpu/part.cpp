#include "workloads/gpu/part.h"

#include <stdexcept>

#include <dlfcn.h>

namespace workload::gpu {
namespace {

/// Found through the program's RUNPATH: lib/bottleneck of a build tree, or of where it is
/// installed. Stays open: drivers end with the process. Global, so that the stand-in for a driver
/// finds the twins of kernels.
Part open_part(const std::string& workload, const std::string& interface) {
  const std::string file = "lib" + workload + "-" + interface + ".so";
  Part part;
  void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    const char* const told = ::dlerror();
    const std::string why = told == nullptr ? "" : told;
    part.missing = why.rfind(file, 0) == 0 ? "this build has no part for it" : why;
    return part;
  }
  const auto open = reinterpret_cast<Open>(::dlsym(library, open_name));
  if (open == nullptr) {
    part.missing = file + " has no " + open_name;
    return part;
  }
  try {
    open(part);
  } catch (const std::exception& failure) {
    part.missing = failure.what();
  }
  if (!part.missing.empty()) {
    part.variants.clear();  // their code goes
    ::dlclose(library);     // a runtime that is of no use is not there for who looks
  }
  return part;
}

Part look_for(const std::string& workload) {
  Part cuda = open_part(workload, "cuda");
  if (cuda.missing.empty()) return cuda;
  Part opencl = open_part(workload, "opencl");
  if (opencl.missing.empty()) return opencl;
  Part none;
  none.missing = "no device: CUDA: " + cuda.missing + "; OpenCL: " + opencl.missing;
  return none;
}

}  // namespace

const Part& find_part(const std::string& workload) {
  static const Part found = look_for(workload);
  return found;
}

void ask_part(Workload& workload) {
  const std::string name = workload.name;
  workload.device = [name] { return find_part(name).device; };
  workload.missing = [name] { return find_part(name).missing; };
  workload.simulated = [name] { return find_part(name).simulated; };
}

Variant on_device(const std::string& workload, Variant variant,
                  const std::function<std::string(const Part&)>& useless) {
  const std::string name = variant.name;
  variant.run = [workload, name](const Setting& setting) {
    const Part& part = find_part(workload);
    if (!part.missing.empty()) throw std::runtime_error(part.missing);
    return part.variants.at(name)(setting);
  };
  // Without any device all are described: what there would be.
  variant.missing = [workload, name]() -> std::string {
    const Part& part = find_part(workload);
    if (!part.missing.empty() || part.variants.contains(name)) return "";
    return "not a step of " + part.device;
  };
  if (useless)
    variant.useless = [workload, useless]() -> std::string {
      const Part& part = find_part(workload);
      return part.missing.empty() ? useless(part) : "";
    };
  return variant;
}

}  // namespace workload::gpu
