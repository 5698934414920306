// Where data of ours goes. Shown to be writable before the target starts, written in one piece when
// it has ended: through a temporary file beside it and a rename, so that nobody ever reads half of
// it and nothing is left behind.
#pragma once

#include <string>

#include "src/core/fd.h"

namespace bottleneck {

class OutputFile {
 public:
  /// "" = no output, "-" = standard output. Pipes and devices are opened here and written directly.
  /// Errors: throws Error (125): directory, missing folder, not writable.
  explicit OutputFile(const std::string& path);

  bool wanted() const { return !given_.empty(); }
  bool to_stdout() const;
  /// Errors: throws Error (125), for example when the disk is full; then what was there before is
  /// still there.
  void write(const std::string& text);

 private:
  void replace(const std::string& text);

  std::string given_;
  std::string path_;  ///< symbolic links followed
  Fd direct_;         ///< set where there is nothing to rename
};

}  // namespace bottleneck
