// The memory that tier C's samples come through, scribbled over by a target gone wild while we
// read. The input is a list of moves: a word anywhere in the header or in the first records, a
// whole record, or a drain.
#include <cstring>

#include <fcntl.h>

#include "probes/inject/segment_reader.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

namespace {

constexpr std::int64_t step_ns = 10'000'000;
constexpr std::size_t most_moves = 300;  // else one input takes long, and says nothing new

/// The input, taken piece by piece; zeros behind its end.
class Pieces {
 public:
  explicit Pieces(std::string_view rest) : rest_(rest) {}
  bool empty() const { return rest_.empty(); }
  template <typename Value>
  Value take() {
    Value value{};
    const std::size_t size = std::min(sizeof value, rest_.size());
    if (size > 0) std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view rest_;
};

/// What a writer of the target's does, only worse.
class Scribbler {
 public:
  explicit Scribbler(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  template <typename Value>
  void put(std::size_t offset, const Value& value) const {
    if (pwrite(fd_.get(), &value, sizeof value, static_cast<off_t>(offset)) < 0) std::abort();
  }

 private:
  Fd fd_;
};

void check(const inject::InjectedSample& taken) {
  const perf::Sample& sample = taken.sample;
  if (sample.kernel || taken.pid == 0 || taken.tid == 0 || taken.periods == 0 ||
      taken.time_ns < 0 || sample.user_chain.size() > segment_frames)
    std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inject::Segment segment(1'000'000);
  const Scribbler scribbler(segment.path());
  Pieces pieces(text_of(data, size));
  std::int64_t now_ns = 0;
  for (std::size_t move = 0; move < most_moves && !pieces.empty(); ++move) {
    const auto kind = pieces.take<std::uint8_t>();
    const std::size_t where = pieces.take<std::uint8_t>();
    if (kind % 4 == 0) scribbler.put(where * 8, pieces.take<std::uint64_t>());
    if (kind % 4 == 1)
      scribbler.put(segment_header_size + where % 8 * 512 + kind / 4 * 8,
                    pieces.take<std::uint64_t>());
    if (kind % 4 == 2)
      scribbler.put(segment_header_size + where * 512, pieces.take<segment_record>());
    if (kind % 4 == 3) segment.drain(now_ns += static_cast<std::int64_t>(where) * step_ns, check);
  }
  segment.drain(now_ns + step_ns, check);
  segment.lost();
  segment.processes();
  segment.without_timer();
  return 0;
}
