#include "probes/gpu/trace_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/system.h"
#include "src/core/error.h"

namespace bottleneck::gpu {
namespace {

std::string find_parent() {
  const char* asked = std::getenv("TMPDIR");
  for (const std::string& parent :
       {std::string(asked && asked[0] == '/' ? asked : "/tmp"), std::string("/tmp")})
    if (::access(parent.c_str(), W_OK | X_OK) == 0) return parent;
  throw Error("cannot make a folder for the times of the GPU", std::strerror(errno),
              "what a GPU does is not observed", "TMPDIR=/var/tmp bottleneck ...");
}

/// Nobody can guess it, and who makes it knows whose it is (gpu_writer.cpp reads it).
std::string pick_path() {
  struct stat numbers {};
  if (::stat("/proc/self/ns/pid", &numbers) != 0) numbers.st_ino = 0;
  std::uint64_t secret = 0;
  if (::getrandom(&secret, sizeof secret, 0) != ssize_t{sizeof secret})
    throw Error("cannot name a folder for the times of the GPU", std::strerror(errno),
                "what a GPU does is not observed", "bottleneck doctor");
  return fmt::format("{}/bottleneck-gpu-{}-{}-{}-{:016x}", find_parent(), ::getpid(), ::geteuid(),
                     numbers.st_ino, secret);
}

}  // namespace

TraceFolder::TraceFolder() : path_(pick_path()) {}

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
