#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "probes/ceilings/kernels/storage_queue.h"
#include "src/core/measurement.h"

namespace bottleneck::ceilings {
namespace {

constexpr std::size_t small_file = 4u << 20;

/// A file on what tests may write to; skips where that does no direct I/O.
class Storage : public testing::Test {
 protected:
  void SetUp() override {
    try {
      file_ = std::make_unique<StorageFile>(testing::TempDir(), small_file);
    } catch (const Unavailable& why) {
      GTEST_SKIP() << why.reason;
    }
  }
  std::unique_ptr<StorageFile> file_;
};

TEST_F(Storage, is_written_with_numbered_blocks) {
  const AlignedBuffer buffer = make_aligned(small_file);
  ASSERT_EQ(::pread(file_->fd(), buffer.get(), small_file, 0), small_file);
  EXPECT_TRUE(blocks_are_numbered(buffer.get(), small_file, 0));
  EXPECT_FALSE(blocks_are_numbered(buffer.get(), small_file, storage_block));
}

TEST_F(Storage, answers_requests_by_threads_as_by_io_uring) {
  for (const Queueing queueing : {Queueing::as_allowed, Queueing::threads})
    for (const bool write : {false, true}) {
      const auto result = run_load(*file_, {write, !write, storage_block, 4}, 0.02, queueing);
      ASSERT_FALSE(result.rates.empty());
      for (const double rate : result.rates) EXPECT_GT(rate, 0);
      if (queueing == Queueing::threads) {
        EXPECT_THAT(result.how, testing::HasSubstr("4 threads"));
      }
    }
}

TEST_F(Storage, is_not_believed_if_it_returns_what_was_not_written) {
  const AlignedBuffer buffer = make_aligned(small_file);
  ASSERT_EQ(::pwrite(file_->fd(), buffer.get(), small_file, 0), small_file);
  for (const Queueing queueing : {Queueing::as_allowed, Queueing::threads}) {
    try {
      run_load(*file_, {false, true, storage_block, 4}, 0.02, queueing);
      FAIL() << "wrong blocks were not noticed";
    } catch (const Unavailable& why) {
      EXPECT_THAT(why.reason, testing::HasSubstr("self-check failed"));
    }
  }
}

}  // namespace
}  // namespace bottleneck::ceilings
