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

/// Beside the executable of a build tree, or where it is installed; "" nowhere.
std::string find_stand_in() {
  std::error_code failed;
  const std::string own = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const char* below : {"/lib/bottleneck/fake-gpu", "/../lib/bottleneck/fake-gpu",
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
    throw Error("there is nothing to simulate a GPU with",
                fmt::format("no {} in lib/bottleneck/fake-gpu beside this program", driver_file),
                "nothing was run", "build it where the CUDA toolkit is: cmake --build BUILD",
                exit_failed);
  const char* before = std::getenv("LD_LIBRARY_PATH");
  return {fmt::format("LD_LIBRARY_PATH={}{}{}", folder, before && *before ? ":" : "",
                      before ? before : "")};
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
