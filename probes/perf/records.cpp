#include "probes/perf/records.h"

#include <algorithm>
#include <cstring>

#include <asm/perf_regs.h>
#include <linux/perf_event.h>

namespace bottleneck::perf {
namespace {

constexpr std::uint64_t bit(int reg) { return std::uint64_t{1} << reg; }

/// Reads words one after the other and remembers when they ran out.
class Words {
 public:
  explicit Words(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t word() { return take<std::uint64_t>(); }
  std::uint32_t half() { return take<std::uint32_t>(); }
  bool good() const { return good_; }
  std::size_t left() const { return bytes_.size(); }
  void skip(std::size_t count) {
    if (count > bytes_.size()) {
      good_ = false;
      count = bytes_.size();
    }
    bytes_ = bytes_.subspan(count);
  }
  std::string text() const {
    const auto* begin = reinterpret_cast<const char*>(bytes_.data());
    return {begin, strnlen(begin, bytes_.size())};
  }

 private:
  template <typename T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof value) {
      good_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }
  std::span<const std::byte> bytes_;
  bool good_ = true;
};

/// Most chains are shorter: they are taken with one allocation.
constexpr std::uint64_t usual_chain = 16;

constexpr std::size_t trailer_size = 4 * sizeof(std::uint64_t);  // TID, TIME, CPU, IDENTIFIER

// PERF_RECORD_MISC_SWITCH_OUT_PREEMPT and _MMAP_DATA, _COMM_EXEC share bits: each belongs to its
// record type.
Stamp read_trailer(std::span<const std::byte> bytes) {
  Stamp stamp;
  Words words(bytes);
  stamp.pid = words.half();
  stamp.tid = words.half();
  stamp.time_ns = words.word();
  stamp.cpu = words.half();
  words.half();
  stamp.id = words.word();
  return stamp;
}

void read_chain(Words& words, Sample& sample) {
  const std::uint64_t count = words.word();
  bool user = false;
  for (std::uint64_t i = 0; i < count && words.good(); ++i) {
    const std::uint64_t address = words.word();
    if (address >= static_cast<std::uint64_t>(PERF_CONTEXT_MAX)) {
      user = address == static_cast<std::uint64_t>(PERF_CONTEXT_USER);
      continue;
    }
    auto& chain = user ? sample.user_chain : sample.kernel_chain;
    if (chain.empty()) chain.reserve(std::min<std::uint64_t>(count - i, usual_chain));
    if (chain.size() < max_chain) chain.push_back(address);
  }
}

std::optional<Record> decode_sample(std::span<const std::byte> body, std::uint16_t misc) {
  Words words(body);
  Record record;
  Sample sample;
  record.stamp.id = words.word();
  sample.ip = words.word();
  record.stamp.pid = words.half();
  record.stamp.tid = words.half();
  record.stamp.time_ns = words.word();
  record.stamp.cpu = words.half();
  words.half();
  read_chain(words, sample);
  const std::uint64_t abi = words.word();
  if (abi != PERF_SAMPLE_REGS_ABI_NONE) {
    for (auto& value : sample.registers) value = words.word();
    sample.registers_known = abi == PERF_SAMPLE_REGS_ABI_64;
  }
  const std::uint64_t stack_size = words.left() >= 8 ? words.word() : 0;
  if (stack_size >= 8) {
    const std::uint64_t top = words.word();
    words.skip(stack_size - 8);
    if (words.word() >= 8) sample.stack_top = top;  // so much of it could be read
  }
  if (!words.good()) return std::nullopt;
  sample.kernel = (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
  record.what = std::move(sample);
  return record;
}

std::optional<Record> decode_mmap(std::span<const std::byte> body, std::uint16_t misc) {
  Words words(body);
  Mmap map{};
  words.word();  // pid, tid: the trailer's
  map.start = words.word();
  map.length = words.word();
  map.file_offset = words.word();
  words.skip(24);  // device and inode, or build id
  words.skip(8);   // protection, flags
  if (!words.good()) return std::nullopt;
  map.file = words.text();
  map.executable = !(misc & PERF_RECORD_MISC_MMAP_DATA);
  return Record{{}, std::move(map)};
}

std::optional<Record> decode_other(std::span<const std::byte> body, std::uint32_t type,
                                   std::uint16_t misc) {
  Words words(body);
  switch (type) {
    case PERF_RECORD_SWITCH:
    case PERF_RECORD_SWITCH_CPU_WIDE:
      return Record{{},
                    Switch{(misc & PERF_RECORD_MISC_SWITCH_OUT) != 0,
                           (misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0}};
    case PERF_RECORD_FORK: {
      Fork fork{};
      fork.pid = words.half();
      fork.parent_pid = words.half();
      fork.tid = words.half();
      fork.parent_tid = words.half();
      return words.good() ? std::optional<Record>({{}, fork}) : std::nullopt;
    }
    case PERF_RECORD_EXIT: {
      Exit exit{};
      exit.pid = words.half();
      words.half();
      exit.tid = words.half();
      return words.good() ? std::optional<Record>({{}, exit}) : std::nullopt;
    }
    case PERF_RECORD_COMM: {
      words.word();
      if (!words.good()) return std::nullopt;
      return Record{{}, Comm{words.text(), (misc & PERF_RECORD_MISC_COMM_EXEC) != 0}};
    }
    case PERF_RECORD_LOST: {
      words.word();
      const std::uint64_t lost = words.word();
      return words.good() ? std::optional<Record>({{}, Lost{lost}}) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

const std::uint64_t user_register_mask =
    bit(PERF_REG_X86_AX) | bit(PERF_REG_X86_BX) | bit(PERF_REG_X86_CX) | bit(PERF_REG_X86_DX) |
    bit(PERF_REG_X86_SI) | bit(PERF_REG_X86_DI) | bit(PERF_REG_X86_BP) | bit(PERF_REG_X86_SP) |
    bit(PERF_REG_X86_IP) | bit(PERF_REG_X86_FLAGS) | bit(PERF_REG_X86_R8) | bit(PERF_REG_X86_R9) |
    bit(PERF_REG_X86_R10) | bit(PERF_REG_X86_R11) | bit(PERF_REG_X86_R12) | bit(PERF_REG_X86_R13) |
    bit(PERF_REG_X86_R14) | bit(PERF_REG_X86_R15);

std::optional<Record> decode(std::span<const std::byte> bytes) {
  perf_event_header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.size != bytes.size()) return std::nullopt;
  const auto body = bytes.subspan(sizeof header);
  if (header.type == PERF_RECORD_SAMPLE) return decode_sample(body, header.misc);
  if (body.size() < trailer_size) return std::nullopt;
  const auto own = body.first(body.size() - trailer_size);
  auto record = header.type == PERF_RECORD_MMAP2 ? decode_mmap(own, header.misc)
                                                 : decode_other(own, header.type, header.misc);
  if (record) record->stamp = read_trailer(body.last(trailer_size));
  return record;
}

}  // namespace bottleneck::perf
