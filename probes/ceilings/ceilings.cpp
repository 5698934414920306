#include "probes/ceilings/ceilings.h"

#include <cstdlib>

#include <unistd.h>

#include "probes/ceilings/ceilings_process.h"
#include "src/core/error.h"

namespace bottleneck {
namespace ceilings {

std::optional<std::string> find_program(const System& system) {
  const auto self = system.read_link("/proc/self/exe");
  if (!self) return std::nullopt;
  const std::string folder = self->substr(0, self->rfind('/'));
  for (const char* below : {"/lib", "/../lib", "/../" BOTTLENECK_LIBDIR, "/../lib64"}) {
    const std::string path = folder + below + "/bottleneck/bottleneck-ceilings";
    if (::access(system.path(path).c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

}  // namespace ceilings

std::vector<Measurement> measure_ceilings(const CeilingRequest& request,
                                          const std::function<void(const Measurement&)>& told) {
  const auto program = ceilings::find_program(System{});
  if (!program)
    throw Error("cannot measure this machine",
                "bottleneck-ceilings is not where bottleneck looks for it (lib/bottleneck)",
                "limits of this machine are not known",
                "build it: ninja bottleneck_ceilings, or install all of bottleneck");
  return ceilings::measure_with(*program, request, told);
}

}  // namespace bottleneck
