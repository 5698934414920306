// The code of a target is bytes that nobody vouches for: a file may be broken, a JIT may write
// while we read. Whatever they are, the instructions lie in order inside them and the loops nest.
#include <cstdlib>
#include <span>

#include "probes/code/hot_loops.h"
#include "tests/fuzz/fuzz_input.h"

using namespace bottleneck;

namespace {

void demand(bool fact) {
  if (!fact) std::abort();
}

void check_instructions(const DecodedFunction& function, std::uint64_t address, std::size_t size) {
  std::uint64_t offset = 0;
  for (const Instruction& one : function.instructions) {
    const std::uint64_t at = one.address - address;
    demand(one.length > 0 && at >= offset && at + one.length <= size);
    offset = at + one.length;
    demand(one.destination.kind != Operand::Kind::reg ||
           (one.destination.name >= 0 && one.destination.name < general_registers));
    demand(one.operation != Operation::address || one.memory.size() == 1);
    demand(!one.breaks_dependency || one.reads == 0);
  }
}

void check_loops(const DecodedFunction& function) {
  const int count = static_cast<int>(function.instructions.size());
  for (std::size_t i = 0; i < function.loops.size(); ++i) {
    const CodeLoop& loop = function.loops[i];
    demand(loop.first >= 0 && loop.first <= loop.last && loop.last < count);
    demand(loop.parent < static_cast<int>(i));
    demand(innermost_loop(function, loop.first) >= 0);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // At the end of the address space, too, where sums wrap.
  for (const std::uint64_t address : {std::uint64_t{0x401000}, ~std::uint64_t{0} - 64}) {
    const std::span<const std::uint8_t> bytes(data, size);
    DecodedFunction function = decode_function(bytes, address);
    check_instructions(function, address, size);
    check_loops(function);
    write_texts(function.instructions, bytes, address);
  }
  return 0;
}
