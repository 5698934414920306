// An ELF file (32 or 64 bit) opened through libelf: its segments, how file offsets and virtual
// addresses relate, and where its separate debug file is. Knows nothing of names and lines. Files
// of a target are not to be trusted: whatever does not fit gives nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <elfutils/libdw.h>
#include <gelf.h>

#include "probes/code/regular_file.h"

namespace bottleneck {

struct Segment {
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  bool executable = false;
};

class ElfFile {
 public:
  /// Nothing if it is no regular file or no ELF executable, library or debug file.
  static std::unique_ptr<ElfFile> open(const std::string& path);

  Elf* handle() const { return elf_.get(); }
  int machine() const { return machine_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::string& path() const { return path_; }

  /// The section of that name; null if there is none.
  Elf_Scn* section(const char* name) const;
  bool has_section(const char* name) const { return section(name) != nullptr; }
  /// Appends the section's bytes as they lie in the file, past libelf, which would keep a copy of
  /// its own. False, and nothing appended, where they are compressed or not all there.
  bool append_bytes(Elf_Scn* section, std::string& to) const;
  /// .note.gnu.build-id as bytes; "" none.
  std::string build_id() const;

 private:
  struct End {
    void operator()(Elf* elf) const { elf_end(elf); }
  };
  explicit ElfFile(RegularFile file) : file_(std::move(file)) {}

  RegularFile file_;
  std::unique_ptr<Elf, End> elf_;
  std::vector<Segment> segments_;
  std::string path_;
  int machine_ = EM_NONE;
};

/// The virtual address at that offset of the file; executable segments first.
std::optional<std::uint64_t> address_at(const std::vector<Segment>&, std::uint64_t file_offset);
/// The offset in the file of that virtual address.
std::optional<std::uint64_t> offset_of(const std::vector<Segment>&, std::uint64_t address);

/// The separate debug file: by build-id under /usr/lib/debug, then by .gnu_debuglink beside the
/// file, in .debug and under /usr/lib/debug. It has to match by build-id, or by checksum where
/// there is none. Null if there is none. Needs: `root` is what all of that lies below: "" or
/// "/proc/PID/root".
std::unique_ptr<ElfFile> open_debug_file(const ElfFile&, const std::string& root);

}  // namespace bottleneck
