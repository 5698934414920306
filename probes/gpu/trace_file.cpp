#include "probes/gpu/trace_file.h"

#include <algorithm>
#include <cstring>

namespace bottleneck::gpu {
namespace {

/// Records that are read at a time.
constexpr std::size_t records_at_once = 4096;
/// Longer than any that the writer leaves.
constexpr std::uint64_t most_names_bytes = 16 << 20;

bool makes_sense(const inject::GpuFileHeader& header, std::uint64_t size) {
  return header.magic == inject::gpu_file_magic && header.version == inject::gpu_file_version &&
         header.record_size == sizeof(inject::GpuRecord) && header.process != 0 &&
         header.names_offset <= size && header.records_offset <= size &&
         header.names_used <= std::min(header.names_size, most_names_bytes);
}

bool makes_sense(const inject::GpuRecord& record) {
  return record.kind <= inject::RecordKind::unhandled &&
         record.source <= inject::RecordMemory::managed &&
         record.destination <= inject::RecordMemory::managed && record.start <= record.end &&
         record.end <= INT64_MAX && record.queued <= INT64_MAX;
}

}  // namespace

TraceFile::TraceFile(RegularFile file, const inject::GpuFileHeader& header)
    : file_(std::move(file)), header_(header) {
  names_ = file_.read_at(header_.names_offset, static_cast<std::size_t>(header_.names_used));
  for (inject::GpuDeviceFacts& facts : header_.devices) {
    facts.name[sizeof facts.name - 1] = 0;
    if (facts.valid == 1) devices_.push_back(facts);
  }
}

std::optional<TraceFile> TraceFile::open(const std::string& path) {
  auto file = RegularFile::open(path);
  if (!file) return std::nullopt;
  const std::string bytes = file->read_at(0, sizeof(inject::GpuFileHeader));
  inject::GpuFileHeader header;
  if (bytes.size() != sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!makes_sense(header, file->size())) return std::nullopt;
  return TraceFile(std::move(*file), header);
}

std::string TraceFile::name(std::uint32_t offset) const {
  if (offset == 0 || offset >= names_.size()) return "";
  return names_.substr(offset, names_.find('\0', offset) - offset);
}

std::uint64_t TraceFile::for_each(const std::function<void(const inject::GpuRecord&)>& take) const {
  const std::uint64_t room = (file_.size() - header_.records_offset) / sizeof(inject::GpuRecord);
  const std::uint64_t count = std::min(header_.claimed, room);
  std::uint64_t torn = 0;
  for (std::uint64_t at = 0; at < count; at += records_at_once) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(records_at_once, count - at));
    const std::string bytes = file_.read_at(header_.records_offset + at * sizeof(inject::GpuRecord),
                                            wanted * sizeof(inject::GpuRecord));
    for (std::size_t i = 0; (i + 1) * sizeof(inject::GpuRecord) <= bytes.size(); ++i) {
      inject::GpuRecord record;
      std::memcpy(&record, bytes.data() + i * sizeof record, sizeof record);
      if (record.commit == inject::gpu_committed && makes_sense(record))
        take(record);
      else
        ++torn;
    }
  }
  return torn;
}

}  // namespace bottleneck::gpu
