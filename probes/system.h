// The world below one root, so that tests can give probes a fake /proc and /sys. Reads only:
// nothing here changes a machine, caches, or knows what a file means. KeptFile is for the few files
// that are read ten times a second.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bottleneck {

/// `path` is absolute as on a real machine ("/proc/stat"); `root` is put in front of it.
struct System {
  std::string root;
  std::string path(const std::string& absolute) const { return root + absolute; }
  /// The whole file; nullopt if it cannot be opened or read (errno is left set).
  std::optional<std::string> read(const std::string& absolute) const;
  /// The target of a symbolic link; nullopt if it is none.
  std::optional<std::string> read_link(const std::string& absolute) const;
  /// The names in a directory, sorted, without "." and ".."; empty if it cannot be opened.
  std::vector<std::string> list(const std::string& absolute) const;
};

/// A file kept open and read from its beginning each time. Cheaper than opening anew, and a file of
/// a process that has ended reads as gone (ESRCH) instead of silently becoming that of a new
/// process with the same id.
class KeptFile {
 public:
  KeptFile() = default;
  KeptFile(const System&,
           const std::string& absolute);  ///< Errors: none; see is_open (errno is left set)
  ~KeptFile();
  KeptFile(KeptFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  KeptFile& operator=(KeptFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  bool is_open() const { return fd_ >= 0; }
  /// What fits into `buffer`, which the text then lies in. nullopt: not readable, gone (errno is
  /// left set) or empty.
  std::optional<std::string_view> read(std::span<char> buffer) const;

 private:
  int fd_ = -1;
};

}  // namespace bottleneck
