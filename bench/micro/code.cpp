// Names and lines of addresses, and disassembly, on an executable's own code.
#include <cstring>
#include <memory>

#include <benchmark/benchmark.h>

#include "bench/micro/benches.h"
#include "probes/code/elf_file.h"
#include "probes/code/hot_loops.h"
#include "probes/code/symbols.h"
#include "src/core/error.h"

namespace bottleneck::bench {
namespace {

/// Where .text lies in the file, and its bytes.
struct Text {
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::string bytes;
};

Text text_of(const std::string& program) {
  const auto file = ElfFile::open(program);
  Elf_Scn* section = file ? file->section(".text") : nullptr;
  GElf_Shdr header{};
  Text text;
  if (!section || !gelf_getshdr(section, &header) || !file->append_bytes(section, text.bytes))
    throw Error("cannot measure symbol lookup", program + " has no code that can be read",
                "nothing was measured", "name an ELF executable with debug information",
                exit_failed);
  text.offset = header.sh_offset;
  text.address = header.sh_addr;
  return text;
}

/// Addresses spread over all of the code, in an order that no cache foresees.
class Places {
 public:
  explicit Places(const Text& text) : text_(text) {}
  std::uint64_t next() {
    constexpr std::uint64_t step = 1'000'003;  // a prime
    at_ = (at_ + step) % text_.bytes.size();
    return text_.offset + at_;
  }

 private:
  const Text& text_;
  std::uint64_t at_ = 0;
};

/// The first address of a program: its tables and its debug information are read.
void look_up_first(benchmark::State& state, const std::string& program, const Text& text) {
  for (auto _ : state) {
    Symbols symbols(System{});
    benchmark::DoNotOptimize(symbols.resolve(program, text.offset + text.bytes.size() / 2));
  }
  state.SetItemsProcessed(state.iterations());
}

/// One of many addresses, most of them in compilation units that were indexed by then.
void look_up(benchmark::State& state, const std::string& program, const Text& text) {
  constexpr int known = 20'000;  // addresses that are looked up before the clock starts
  Symbols symbols(System{});
  Places places(text);
  for (int i = 0; i < known; ++i) symbols.resolve(program, places.next());
  for (auto _ : state) benchmark::DoNotOptimize(symbols.resolve(program, places.next()));
  state.SetItemsProcessed(state.iterations());
}

/// A piece as long as a large function.
void disassemble(benchmark::State& state, const Text& text) {
  constexpr std::size_t piece = 4096;
  const std::size_t bytes = std::min(piece, text.bytes.size());
  const auto* begin = reinterpret_cast<const std::uint8_t*>(text.bytes.data());
  const std::span<const std::uint8_t> code(begin + (text.bytes.size() - bytes) / 2, bytes);
  std::size_t instructions = decode_function(code, text.address).instructions.size();
  if (instructions == 0) state.SkipWithError("this version decodes no code yet");
  for (auto _ : state) benchmark::DoNotOptimize(decode_function(code, text.address));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(instructions));
}

}  // namespace

void add_code(const std::string& program) {
  const auto text = std::make_shared<const Text>(text_of(program));
  const auto add = [&](const char* name, auto run) {
    return benchmark::RegisterBenchmark(name, [=](benchmark::State& state) { run(state, *text); });
  };
  const auto named = [&](auto run) {
    return [=](benchmark::State& state, const Text& code) { run(state, program, code); };
  };
  add("first name of a program", named(look_up_first))->Unit(benchmark::kMillisecond);
  add("name, line and inlined calls of an address", named(look_up));
  add("disassemble 4 KB of code, loops included", disassemble);
}

}  // namespace bottleneck::bench
