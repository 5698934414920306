#include "probes/gpu/trace_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "probes/system.h"
#include "src/core/error.h"

namespace bottleneck::gpu {
namespace {

std::string make_folder() {
  const char* asked = std::getenv("TMPDIR");
  for (const std::string& parent :
       {std::string(asked && asked[0] == '/' ? asked : "/tmp"), std::string("/tmp")}) {
    std::string path = parent + "/bottleneck-gpu-XXXXXX";
    if (::mkdtemp(path.data())) return path;
  }
  throw Error("cannot make a folder for the times of the GPU", std::strerror(errno),
              "what a GPU does is not observed", "TMPDIR=/var/tmp bottleneck ...");
}

}  // namespace

TraceFolder::TraceFolder() : path_(make_folder()) {}

TraceFolder::~TraceFolder() {
  for (const std::string& file : files()) ::unlink(file.c_str());
  ::rmdir(path_.c_str());
}

std::vector<std::string> TraceFolder::files() const {
  std::vector<std::string> found;
  for (const std::string& name : System{}.list(path_)) found.push_back(path_ + "/" + name);
  return found;
}

}  // namespace bottleneck::gpu
