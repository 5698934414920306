// A perf map file as a runtime, or something that pretends to be one, writes it: in two pieces.
#include "probes/code/jit_map.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  const MemoryFile file(text.substr(0, size / 2));
  JitMap map(file.path());
  map.name_of(0x1000);
  file.append(text.substr(size / 2));
  for (const std::uint64_t address : {0x0ul, 0x1000ul, 0x7f0000001000ul, ~0ul})
    map.name_of(address);
  return 0;
}
