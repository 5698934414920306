// A program file that its owner bent: every question that is asked of a module gets an answer, and
// so does whether to preload into it.
#include "probes/code/symbols.h"
#include "probes/inject/preload_elf.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(text_of(data, size));
  const std::string module = file.path();
  Symbols symbols{System{}};
  for (const std::uint64_t offset : {0x0ul, 0x40ul, 0x190ul, 0x1a0ul, 0x1b5ul, 0x1d0ul, 0x200ul,
                                     0x1000ul, 0x1010ul, 0x1030ul, 0x7ffffffffffffffful, ~0ul}) {
    if (symbols.resolve(module, offset).empty()) std::abort();
    symbols.function_name(module, offset);
    symbols.virtual_address(module, offset);
    symbols.bytes_before(module, offset, 16);
    symbols.data_symbol(module, offset + 0x2000);
    symbols.data_symbol(module, offset + 0x400000);
  }
  inject::read_program(module);
  return 0;
}
