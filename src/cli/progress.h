// A line on the terminal that each step overwrites, and nothing where standard error is none. It
// keeps a descriptor of its own, so that it is seen while what is started is kept silent.
#pragma once

#include <string>

#include "src/core/fd.h"

namespace bottleneck {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void tell(const std::string& step);
  void clear();

 private:
  Fd terminal_;  ///< none: nothing is shown
};

}  // namespace bottleneck
