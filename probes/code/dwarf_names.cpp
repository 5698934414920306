// Names of DWARF functions: found through abstract origins and specifications, never read beyond
// their section.

#include <cstring>

#include <dwarf.h>

#include "probes/code/demangle.h"
#include "probes/code/dwarf_index.h"

namespace bottleneck {

/// False where a string section does not end in 0: libdw (0.188) takes the length of its last
/// string without looking where the section ends.
bool DwarfIndex::find_texts() {
  for (const char* name : {".debug_str", ".debug_line_str", ".debug_info", ".debug_types"}) {
    Elf_Scn* section = file_->section(name);
    const Elf_Data* data = section ? elf_rawdata(section, nullptr) : nullptr;
    if (!data || !data->d_buf || data->d_size == 0) continue;
    texts_.emplace_back(static_cast<const char*>(data->d_buf), data->d_size);
    if (std::string_view(name).ends_with("str") && texts_.back().back() != '\0') return false;
  }
  return true;
}

std::string DwarfIndex::text_of(Dwarf_Die* die, unsigned attribute) const {
  Dwarf_Attribute found;
  if (!dwarf_attr_integrate(die, attribute, &found)) return {};
  const char* text = dwarf_formstring(&found);
  if (!text) return {};
  for (const std::string_view section : texts_)
    if (text >= section.data() && text < section.data() + section.size())
      return {text, strnlen(text, static_cast<std::size_t>(section.end() - text))};
  // In a section that is not ours to look up: the shared part of dwz, whose strings libdw bounds
  // itself.
  return {text, strnlen(text, longest_name)};
}

const DwarfIndex::Name& DwarfIndex::name_of(Dwarf_Off offset) {
  const auto [place, added] = names_.try_emplace(offset);
  Name& name = place->second;
  Dwarf_Die die;
  if (!added || !dwarf_offdie(dwarf_.get(), offset, &die)) return name;
  std::string linkage = text_of(&die, DW_AT_linkage_name);
  if (linkage.empty()) linkage = text_of(&die, DW_AT_MIPS_linkage_name);
  name.mangled = !linkage.empty();
  name.text = demangle(name.mangled ? linkage : text_of(&die, DW_AT_name));
  return name;
}

}  // namespace bottleneck
