#include "probes/perf/ring.h"

#include <system_error>

#include <gmock/gmock.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/core/fd.h"
#include "tests/unit/perf/record_bytes.h"

namespace bottleneck::perf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The kernel's side of a ring, in memory instead of an event.
class FakeEvent {
 public:
  explicit FakeEvent(std::size_t pages = 1)
      : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
        data_(pages * page_),
        fd_(::memfd_create("ring", MFD_CLOEXEC)) {
    if (::ftruncate(fd_.get(), static_cast<off_t>(page_ + data_)) != 0) std::abort();
    base_ = ::mmap(nullptr, page_ + data_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
    if (base_ == MAP_FAILED) std::abort();
  }
  ~FakeEvent() { ::munmap(base_, page_ + data_); }
  FakeEvent(const FakeEvent&) = delete;
  FakeEvent& operator=(const FakeEvent&) = delete;

  int fd() const { return fd_.get(); }
  std::size_t data_size() const { return data_; }
  perf_event_mmap_page& control() const { return *static_cast<perf_event_mmap_page*>(base_); }
  /// Where the ring is filled up to and emptied from, as after much use.
  void begin_at(std::uint64_t position) const {
    control().data_head = control().data_tail = position;
  }
  void write(std::span<const std::byte> bytes) const {
    for (std::byte value : bytes)
      static_cast<std::byte*>(base_)[page_ + control().data_head++ % data_] = value;
  }

 private:
  std::size_t page_, data_;
  Fd fd_;
  void* base_ = nullptr;
};

std::vector<std::byte> record(std::uint64_t value) {
  return RecordBytes(PERF_RECORD_SAMPLE).words({value, value}).done();
}

std::vector<std::uint64_t> drained(Ring& ring) {
  std::vector<std::uint64_t> values;
  ring.drain([&](std::span<const std::byte> bytes) {
    ASSERT_EQ(bytes.size(), sizeof(perf_event_header) + 2 * sizeof(std::uint64_t));
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + sizeof(perf_event_header) + sizeof value, sizeof value);
    values.push_back(value);
  });
  return values;
}

TEST(Ring, hands_out_each_record_once_in_order_and_gives_the_space_back) {
  const FakeEvent event;
  Ring ring(event.fd(), 1);
  EXPECT_THAT(drained(ring), IsEmpty());
  event.write(record(1));
  event.write(record(2));
  EXPECT_THAT(drained(ring), ElementsAre(1, 2));
  EXPECT_EQ(event.control().data_tail, event.control().data_head);
  EXPECT_THAT(drained(ring), IsEmpty());
  event.write(record(3));
  EXPECT_THAT(drained(ring), ElementsAre(3));
}

TEST(Ring, puts_a_record_together_that_lies_across_the_end) {
  const FakeEvent event;
  Ring ring(event.fd(), 1);
  for (std::uint64_t before = 0; before <= 24; before += 8) {
    event.begin_at(7 * event.data_size() - before);
    event.write(record(10 + before));
    event.write(record(11 + before));
    EXPECT_THAT(drained(ring), ElementsAre(10 + before, 11 + before));
  }
}

TEST(Ring, still_works_after_a_move) {
  const FakeEvent event;
  Ring first(event.fd(), 1);
  Ring ring(std::move(first));
  event.write(record(5));
  EXPECT_THAT(drained(ring), ElementsAre(5));
}

/// What comes out when `bad` follows a good record.
void expect_only_the_first(const std::vector<std::byte>& bad) {
  const FakeEvent event;
  Ring ring(event.fd(), 1);
  event.write(record(1));
  event.write(bad);
  EXPECT_THAT(drained(ring), ElementsAre(1));
  EXPECT_EQ(event.control().data_tail, event.control().data_head);
  event.write(record(2));
  EXPECT_THAT(drained(ring), ElementsAre(2)) << "after the damage";
}

TEST(Ring, skips_what_follows_a_record_of_a_size_that_cannot_be) {
  const RecordBytes bytes = RecordBytes(PERF_RECORD_SAMPLE).words({1, 2});
  expect_only_the_first(bytes.claiming(0));
  expect_only_the_first(bytes.claiming(4));
  expect_only_the_first(bytes.claiming(20));
  expect_only_the_first(bytes.claiming(32));
}

TEST(Ring, never_reads_past_the_ring_whatever_the_head_says) {
  const FakeEvent event;
  Ring ring(event.fd(), 1);
  event.write(RecordBytes(PERF_RECORD_SAMPLE).claiming(65'528));
  event.control().data_head = 1'000'000;
  EXPECT_THAT(drained(ring), IsEmpty());
}

TEST(Ring, says_why_it_cannot_be_mapped) { EXPECT_THROW(Ring(-1, 1), std::system_error); }

}  // namespace
}  // namespace bottleneck::perf
