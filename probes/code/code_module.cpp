#include "probes/code/code_module.h"

#include <fmt/format.h>

#include "probes/code/demangle.h"

namespace bottleneck {

void CodeModule::read_symbols() {
  if (symbols_read_) return;
  symbols_read_ = true;
  const auto file = ElfFile::open(path_);
  if (!file) return;
  segments_ = file->segments();
  symbols_.add(*file);
  symbols_.add_plt(*file);
  if (!file->has_section(".symtab"))
    if (const auto debug = open_debug_file(*file, root_)) symbols_.add(*debug);
  symbols_.sort();
  bounds_ = read_function_bounds(*file);
}

void CodeModule::open_debug_information() {
  if (dwarf_opened_) return;
  dwarf_opened_ = true;
  auto file = ElfFile::open(path_);
  if (!file) return;
  const bool own = file->has_section(".debug_info") || file->has_section(".zdebug_info");
  dwarf_ = DwarfIndex::open(own ? std::move(file) : open_debug_file(*file, root_));
}

void CodeModule::drop_debug_information() {
  dwarf_.reset();
  dwarf_opened_ = false;
}

const std::string& CodeModule::readable(const ElfSymbol& symbol) {
  const auto [place, added] = readable_.try_emplace(symbol.name);
  if (added) place->second = demangle(symbols_.name(symbol));
  return place->second;
}

/// By symbol, unless the frame descriptions show that another function begins between the symbol
/// and the address: then the symbol is a stripped function's predecessor.
CodeModule::Named CodeModule::name_at(std::uint64_t address) {
  const ElfSymbol* symbol = symbols_.function_at(address);
  if (symbol && symbol->size != 0) return {readable(*symbol), symbol->address};
  const auto bound = bound_at(bounds_, address);
  if (symbol && (!bound || bound->start <= symbol->address))
    return {readable(*symbol), symbol->address};
  if (bound) return {fmt::format("function at {:#x}", bound->start), bound->start};
  return {};
}

std::uint64_t CodeModule::to_file_offset(std::uint64_t address) const {
  return address == 0 ? 0 : offset_of(segments_, address).value_or(0);
}

std::vector<Frame> CodeModule::resolve(std::uint64_t file_offset) {
  read_symbols();
  const auto address = address_at(segments_, file_offset);
  if (!address) return {Frame{}};
  open_debug_information();
  DwarfChain chain = dwarf_ ? dwarf_->resolve(*address) : DwarfChain{};
  if (chain.frames.empty()) chain.frames.emplace_back();
  const Named named = name_at(*address);
  Frame& outer = chain.frames.back();
  const std::uint64_t start = outer.start != 0 ? outer.start : named.start;
  const bool knows_more = named.name.find('(') != std::string::npos && named.start == start;
  // Compilers leave the mangled name out for functions that are local to a file, but the symbol
  // table has it.
  if (outer.function.empty() || (!chain.mangled_outer && knows_more))
    outer.function = named.name.substr(0, named.name.find(" [clone "));
  for (Frame& frame : chain.frames) frame.start = to_file_offset(start);
  return std::move(chain.frames);
}

std::string CodeModule::function_name(std::uint64_t file_offset) {
  read_symbols();
  const auto address = address_at(segments_, file_offset);
  return address ? name_at(*address).name : std::string();
}

std::optional<CodeModule::FunctionRange> CodeModule::function_range(std::uint64_t file_offset) {
  read_symbols();
  const auto address = address_at(segments_, file_offset);
  if (!address) return std::nullopt;
  FunctionRange range;
  const ElfSymbol* symbol = symbols_.function_at(*address);
  if (symbol && symbol->size != 0 && *address < symbol->address + symbol->size) {
    range.address = symbol->address;
    range.length = symbol->size;
  } else if (const auto bound = bound_at(bounds_, *address)) {
    range.address = bound->start;
    range.length = bound->end - bound->start;
  } else {
    return std::nullopt;
  }
  const auto offset = offset_of(segments_, range.address);
  if (!offset) return std::nullopt;
  range.file_offset = *offset;
  return range;
}

std::string CodeModule::data_symbol(std::uint64_t virtual_address) {
  read_symbols();
  const ElfSymbol* symbol = symbols_.object_at(virtual_address);
  return symbol ? readable(*symbol) : std::string();
}

std::uint64_t CodeModule::virtual_address(std::uint64_t file_offset) {
  read_symbols();
  return address_at(segments_, file_offset).value_or(file_offset);
}

}  // namespace bottleneck
