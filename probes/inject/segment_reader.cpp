#include "probes/inject/segment_reader.h"

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probes/machine/text.h"
#include "probes/system.h"
#include "src/core/error.h"

namespace bottleneck::inject {
namespace {

static_assert(static_cast<int>(perf::register_count) == static_cast<int>(segment_registers));

/// A record is whole a microsecond after it was claimed, or when its thread gets a CPU again; a
/// writer that takes longer is stopped or dead. Less than the ring holds at its fullest
/// (segment.h).
constexpr std::int64_t give_up_after_ns = 250'000'000;
/// User addresses end here, 5-level page tables included.
constexpr std::uint64_t user_end = std::uint64_t{1} << 56;
/// As long as a thread may have our signal blocked, at a period of 1 ms: 24 days.
constexpr std::uint32_t most_periods = std::uint32_t{1} << 31;

/// As sampler.c reads it, so that the two compare.
std::uint64_t seccomp_filters() {
  const std::string text = System{}.read("/proc/self/status").value_or("");
  const auto filters = number_after(text, "Seccomp_filters");
  return filters ? *filters : number_after(text, "Seccomp").value_or(0);
}

[[noreturn]] void fail(const char* call) {
  throw Error("cannot make the memory for samples from inside the program",
              fmt::format("{}: {}", call, std::strerror(errno)),
              "the program is observed from outside alone",
              "free some memory, or raise the limit on it (ulimit -v)");
}

}  // namespace

std::optional<InjectedSample> decode(const segment_record& record) {
  const std::uint64_t ip = record.registers[perf::ip];
  if (record.pid == 0 || record.tid == 0 || record.time_ns > INT64_MAX) return std::nullopt;
  if (record.periods == 0 || record.periods > most_periods) return std::nullopt;
  if (record.frames == 0 || record.frames > segment_frames) return std::nullopt;
  if (ip >= user_end || record.chain[0] != ip) return std::nullopt;
  InjectedSample sample;
  sample.pid = record.pid;
  sample.tid = record.tid;
  sample.time_ns = static_cast<std::int64_t>(record.time_ns);
  sample.periods = record.periods;
  sample.sample.ip = ip;
  sample.sample.registers_known = true;
  std::memcpy(sample.sample.registers.data(), record.registers, sizeof record.registers);
  sample.sample.stack_top = record.stack_top;
  for (std::uint32_t i = 0; i < record.frames && record.chain[i] < user_end; ++i)
    sample.sample.user_chain.push_back(record.chain[i]);
  return sample;
}

Segment::Segment(std::uint32_t period_ns)
    : file_(::memfd_create("bottleneck", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!file_) fail("memfd_create");
  if (::ftruncate(file_.get(), segment_size) != 0) fail("ftruncate");
  void* memory = ::mmap(nullptr, segment_size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (memory == MAP_FAILED) fail("mmap");
  header_ = static_cast<segment_header*>(memory);
  records_ =
      reinterpret_cast<segment_record*>(static_cast<std::byte*>(memory) + segment_header_size);
  if (::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    ::munmap(memory, segment_size);
    fail("fcntl F_ADD_SEALS");
  }
  header_->version = segment_version;
  header_->record_size = sizeof(segment_record);
  header_->capacity = segment_capacity;
  header_->period_ns = period_ns;
  header_->seccomp_filters = seccomp_filters();
  __atomic_store_n(&header_->magic, BOTTLENECK_SEGMENT_MAGIC, __ATOMIC_RELEASE);
}

Segment::~Segment() {
  __atomic_store_n(&header_->closed, 1, __ATOMIC_RELEASE);
  ::munmap(header_, segment_size);
}

std::string Segment::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), file_.get()); }

void Segment::drain(std::int64_t now_ns, const std::function<void(InjectedSample&&)>& take) {
  const std::uint64_t head = __atomic_load_n(&header_->head, __ATOMIC_ACQUIRE);
  // Numbers that no writer of ours leaves: go on from wherever they now are.
  if (head - tail_ > segment_capacity) {
    skipped_ += segment_capacity;
    tail_ = head;
  }
  for (; tail_ != head; ++tail_) {
    const segment_record* record = records_ + tail_ % segment_capacity;
    if (__atomic_load_n(&record->turn, __ATOMIC_ACQUIRE) == tail_ + 1) {
      const segment_record copy = *record;
      stuck_since_ns_ = -1;
      if (auto sample = decode(copy))
        take(std::move(*sample));
      else
        ++skipped_;
      continue;
    }
    if (stuck_since_ns_ < 0) stuck_since_ns_ = now_ns;
    if (now_ns - stuck_since_ns_ < give_up_after_ns) break;
    ++skipped_;
    stuck_since_ns_ = -1;
  }
  __atomic_store_n(&header_->tail, tail_, __ATOMIC_RELEASE);
}

std::uint64_t Segment::lost() const {
  return __atomic_load_n(&header_->lost, __ATOMIC_RELAXED) + skipped_;
}
std::uint64_t Segment::processes() const {
  return __atomic_load_n(&header_->processes, __ATOMIC_RELAXED);
}
std::uint64_t Segment::without_timer() const {
  return __atomic_load_n(&header_->without_timer, __ATOMIC_RELAXED);
}

}  // namespace bottleneck::inject
