// Predictions, written down and hashed before the variant is run, so that nobody can say afterwards
// that he had promised something else. Its place: between a prediction and its experiment. The file
// is the hashed text itself: sha256sum FILE gives what the report says.
#pragma once

#include <string>

#include "probes/system.h"
#include "src/analysis/verify.h"

namespace bottleneck {

struct Frozen {
  std::string sha256;   ///< of `text`
  std::string text;     ///< write_down, with the time and the machine
  std::string file;     ///< "" it could not be written: kept here alone
  std::string why_not;  ///< "Read-only file system"; "" it was written
};

/// "2024-02-29T12:00:00Z"
std::string utc_now();
/// The CPU model and how many of them we may use: "AMD EPYC 7763, 2 CPUs".
std::string name_machine(const System&);

/// Beside the kept ceilings: .../bottleneck/predictions; "" where there is no cache directory.
std::string default_freeze_directory();

/// Writes it into `directory` ("" the default one), which is made where it is missing; the file is
/// new, read-only and synced. Errors: throws Error where there is no SHA-256; a directory that
/// cannot be written is none.
Frozen freeze(const Promise&, const System&, const std::string& directory);

}  // namespace bottleneck
