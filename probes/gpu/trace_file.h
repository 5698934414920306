// Reads one file that an object in the target has written (inject/gpu_record.h). The target may
// have written anything there: what makes no sense is left out and counted. Values only; what they
// mean is gpu_timeline.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probes/code/regular_file.h"
#include "probes/inject/gpu_record.h"

namespace bottleneck::gpu {

class TraceFile {
 public:
  /// Nothing: it is no such file, or not whole enough to tell anything.
  static std::optional<TraceFile> open(const std::string& path);

  std::uint32_t process() const { return header_.process; }
  bool closed() const { return header_.closed == 1; }
  std::uint64_t dropped() const { return header_.dropped; }
  std::uint64_t vendor_dropped() const { return header_.vendor_dropped; }
  const std::vector<inject::GpuDeviceFacts>& devices() const { return devices_; }
  /// "" for 0 and for what leads nowhere.
  std::string name(std::uint32_t offset) const;
  /// All whole records, in the order in which they were claimed. Returns how many were begun and
  /// never finished.
  std::uint64_t for_each(const std::function<void(const inject::GpuRecord&)>&) const;

 private:
  TraceFile(RegularFile file, const inject::GpuFileHeader& header);

  RegularFile file_;
  inject::GpuFileHeader header_;
  std::vector<inject::GpuDeviceFacts> devices_;
  std::string names_;
};

}  // namespace bottleneck::gpu
