// Whether a demo of accelerators has one to run on, and our stand-in for a driver.
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "src/core/error.h"
#include "src/prove/demo.h"

namespace bottleneck {
namespace {

namespace fs = std::filesystem;

/// What the runtime of CUDA opens; the stand-in has that name.
constexpr const char* driver_file = "libcuda.so.1";

/// That of the tests in a build tree, or where a package has it; "" nowhere.
std::string find_stand_in() {
  std::error_code failed;
  const std::string own = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const char* below :
       {"/lib/bottleneck/fake-gpu", "/tests/fake_gpu", "/../lib/bottleneck/fake-gpu",
        "/../" BOTTLENECK_LIBDIR "/bottleneck/fake-gpu"}) {
    const fs::path folder = own + below;
    if (fs::exists(folder / driver_file, failed)) return folder.lexically_normal();
  }
  return "";
}

}  // namespace

std::vector<std::string> simulated_environment() {
  const std::string folder = find_stand_in();
  if (folder.empty())
    throw Error(
        "there is nothing to simulate a GPU with",
        fmt::format("no {} in tests/fake_gpu or lib/bottleneck/fake-gpu beside this program",
                    driver_file),
        "nothing was run",
        "use a build tree with its tests: cmake --build BUILD --target fake_cuda fake_cudart "
        "fake_cupti",
        exit_failed);
  const char* before = std::getenv("LD_LIBRARY_PATH");
  std::vector<std::string> environment = {fmt::format(
      "LD_LIBRARY_PATH={}{}{}", folder, before && *before ? ":" : "", before ? before : "")};
  // The work itself would take longer here than it is said to take on the device.
  if (!std::getenv("FAKE_GPU_EXECUTE")) environment.emplace_back("FAKE_GPU_EXECUTE=0");
  return environment;
}

void check_device(const DemoDescription& demo, bool simulate) {
  const bool needs_none = demo.missing.empty() && demo.device.empty();
  if (simulate && needs_none)
    throw Error(fmt::format("{} cannot be simulated", demo.name), "it uses no GPU",
                "nothing was run", fmt::format("bottleneck demo {}", demo.name), exit_usage);
  if (simulate && !demo.simulated)
    throw Error(fmt::format("{} found no simulated device", demo.name),
                demo.missing.empty() ? demo.device + " answered instead" : demo.missing,
                "nothing was run", fmt::format("{} --describe", demo.executable), exit_failed);
  if (demo.missing.empty()) return;
  throw Error(fmt::format("{} has no device to run on", demo.name), demo.missing, "nothing was run",
              fmt::format("bottleneck demo {} --simulate   # a stand-in: its figures are made up",
                          demo.name),
              exit_failed);
}

}  // namespace bottleneck
