// Bytes of a perf record, word by word, as the kernel writes them; for tests of decoding.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <linux/perf_event.h>

namespace bottleneck::perf {

class RecordBytes {
 public:
  explicit RecordBytes(std::uint32_t type, std::uint16_t misc = 0) : bytes_(sizeof(header_)) {
    header_.type = type;
    header_.misc = misc;
  }
  RecordBytes& words(std::initializer_list<std::uint64_t> values) {
    for (std::uint64_t value : values) append(&value, sizeof value);
    return *this;
  }
  RecordBytes& halves(std::initializer_list<std::uint32_t> values) {
    for (std::uint32_t value : values) append(&value, sizeof value);
    return *this;
  }
  /// With its 0, padded to whole words.
  RecordBytes& text(std::string value) {
    value.resize((value.size() / 8 + 1) * 8);
    append(value.data(), value.size());
    return *this;
  }
  RecordBytes& trailer(std::uint32_t pid, std::uint32_t tid, std::uint64_t time_ns,
                       std::uint32_t cpu, std::uint64_t id) {
    return halves({pid, tid}).words({time_ns}).halves({cpu, 0}).words({id});
  }
  /// Cut to `size` bytes, with a header that says so.
  RecordBytes& cut(std::size_t size) {
    bytes_.resize(size);
    return *this;
  }
  std::vector<std::byte> done() const { return claiming(bytes_.size()); }
  /// With a header that says it is `size` long.
  std::vector<std::byte> claiming(std::size_t size) const {
    std::vector<std::byte> all = bytes_;
    perf_event_header header = header_;
    header.size = static_cast<std::uint16_t>(size);
    if (!all.empty()) std::memcpy(all.data(), &header, std::min(all.size(), sizeof header));
    return all;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  void append(const void* from, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  perf_event_header header_{};
  std::vector<std::byte> bytes_;
};

}  // namespace bottleneck::perf
