// Record decoding: a kernel's sample with chains and registers, a context switch, a mapping.
#include "probes/perf/records.h"

#include <cstring>
#include <vector>

#include <asm/perf_regs.h>
#include <benchmark/benchmark.h>
#include <linux/perf_event.h>

#include "bench/micro/benches.h"

namespace bottleneck::bench {
namespace {

/// A record as the ring holds it: words behind a header that counts them.
class RecordBytes {
 public:
  RecordBytes(std::uint32_t type, std::uint16_t misc) : header_{type, misc, 0} {
    bytes_.resize(sizeof header_);
  }
  RecordBytes& add(std::initializer_list<std::uint64_t> words) {
    for (const std::uint64_t word : words) add_bytes(&word, sizeof word);
    return *this;
  }
  RecordBytes& add_bytes(const void* from, std::size_t count) {
    const auto* begin = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), begin, begin + count);
    header_.size = static_cast<std::uint16_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    return *this;
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  perf_event_header header_;
  std::vector<std::byte> bytes_;
};

constexpr std::uint64_t user_ip = 0x55d0'0000'1000;
constexpr std::uint64_t ids = 100 | std::uint64_t{101} << 32;

/// In the order of sample_id_all: TID, TIME, CPU, IDENTIFIER.
RecordBytes& with_trailer(RecordBytes& record) { return record.add({ids, 1'000'000, 0, 7}); }

/// 12 frames of a user's chain, all registers and the word at the stack pointer, as events.h asks.
std::vector<std::byte> sample_bytes() {
  constexpr std::uint64_t frames = 12;
  RecordBytes record(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
  record.add({7, user_ip, ids, 1'000'000, 0, frames + 1});
  record.add({static_cast<std::uint64_t>(PERF_CONTEXT_USER)});
  for (std::uint64_t i = 0; i < frames; ++i) record.add({user_ip + 64 * i});
  record.add({PERF_SAMPLE_REGS_ABI_64});
  for (std::uint64_t i = 0; i < perf::register_count; ++i) record.add({user_ip + i});
  record.add({8, user_ip, 8});
  return record.bytes();
}

std::vector<std::byte> switch_bytes() {
  RecordBytes record(PERF_RECORD_SWITCH, PERF_RECORD_MISC_SWITCH_OUT);
  return with_trailer(record).bytes();
}

std::vector<std::byte> mapping_bytes() {
  constexpr char file[40] = "/usr/lib/x86_64-linux-gnu/libc.so.6";
  RecordBytes record(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER);
  record.add({ids, user_ip, 4096, 0, 0, 0, 0, 0}).add_bytes(file, sizeof file);
  return with_trailer(record).bytes();
}

void decode_record(benchmark::State& state, const std::vector<std::byte>& bytes) {
  if (!perf::decode(bytes)) state.SkipWithError("the record is refused");
  for (auto _ : state) benchmark::DoNotOptimize(perf::decode(bytes));
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void add_records() {
  const auto add = [](const char* name, const std::vector<std::byte>& bytes) {
    benchmark::RegisterBenchmark(name, decode_record, bytes);
  };
  add("decode a sample, 12 frames and registers", sample_bytes());
  add("decode a context switch", switch_bytes());
  add("decode a mapping", mapping_bytes());
}

}  // namespace bottleneck::bench
