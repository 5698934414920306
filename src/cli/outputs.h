// The files that a report is saved to, each in its own form. All are opened before the target
// starts; afterwards one that cannot be written takes no other with it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/cli/commands.h"
#include "src/cli/output_file.h"
#include "src/core/report.h"

namespace bottleneck {

class Outputs {
 public:
  /// `foreign`: the report was read from a file (src/cli/sources.h). Errors: throws Error (125).
  Outputs(const OutputPaths&, bool foreign);
  /// These two alone, of a run of ours.
  Outputs(const std::string& json, const std::string& html);

  bool to_stdout() const;
  /// Where the report can be read from again; "" = nowhere.
  std::string saved_file() const;
  /// What fails is shown as an error. False if any did.
  bool write(const Report&);

 private:
  struct Form {
    OutputFile file;
    std::function<std::string(const Report&)> render;
  };
  std::string json_path_;
  std::vector<Form> forms_;  ///< those that are wanted
};

/// False: it could not be written, which was shown.
bool write_or_say(OutputFile&, const std::function<std::string()>& render);

}  // namespace bottleneck
