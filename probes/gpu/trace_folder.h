// The folder that the objects in the target write their files into: ours alone (0700). It is named
// before the target starts, made by the first process that uses a device, and gone when this value
// is, whatever lies in it. A process that outlives us makes none, and records nothing.
#pragma once

#include <string>
#include <vector>

namespace bottleneck::gpu {

class TraceFolder {
 public:
  /// In $TMPDIR, else /tmp. Errors: throws Error if neither can be written.
  TraceFolder();
  ~TraceFolder();
  TraceFolder(const TraceFolder&) = delete;
  TraceFolder& operator=(const TraceFolder&) = delete;

  const std::string& path() const { return path_; }
  /// The files in it, oldest name first.
  std::vector<std::string> files() const;

 private:
  std::string path_;
};

}  // namespace bottleneck::gpu
