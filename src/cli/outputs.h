// The files that a report is saved to, each in its own form. All are opened before the target
// starts; afterwards one that cannot be written takes no other with it.
#pragma once

#include <string>

#include "src/cli/output_file.h"
#include "src/core/report.h"

namespace bottleneck {

class Outputs {
 public:
  /// As on the command line: "" = none, "-" = standard output. Errors: throws Error (125).
  Outputs(const std::string& json, const std::string& html);

  bool to_stdout() const { return json_.to_stdout() || html_.to_stdout(); }
  /// Where the report can be read from again; "" = nowhere.
  std::string saved_file() const { return json_.to_stdout() ? "" : json_path_; }
  /// What fails is shown as an error. False if any did.
  bool write(const Report&);

 private:
  std::string json_path_;
  OutputFile json_;
  OutputFile html_;
};

}  // namespace bottleneck
