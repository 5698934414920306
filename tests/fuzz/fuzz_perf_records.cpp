// Records of a perf ring one behind the other, as the ring's reader cuts them: by the size that
// each claims, if that many bytes are there.
#include <cstring>

#include <linux/perf_event.h>

#include "probes/perf/records.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy on the heap: one byte too far is seen.
  for (std::size_t at = 0; at < size;) {
    perf_event_header header{};
    std::memcpy(&header, data + at, std::min(sizeof header, size - at));
    const std::size_t claimed = std::max<std::size_t>(1, header.size);
    const std::size_t held = std::min(claimed, size - at);
    const auto* begin = reinterpret_cast<const std::byte*>(data + at);
    const std::vector<std::byte> bytes(begin, begin + held);
    const auto record = perf::decode(bytes);
    if (record)
      if (const auto* sample = std::get_if<perf::Sample>(&record->what))
        if (sample->user_chain.size() > perf::max_chain ||
            sample->kernel_chain.size() > perf::max_chain)
          std::abort();
    at += held;
  }
  return 0;
}
