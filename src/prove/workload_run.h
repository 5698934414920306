// One workload as a program to be started: its commands, the folder for its input, and what it
// prints. Between a description (core/workload.h) and whoever runs it. It measures nothing.
#pragma once

#include <string>
#include <vector>

#include "src/core/fd.h"
#include "src/core/run.h"
#include "src/core/workload.h"

namespace bottleneck {

/// A fresh folder below $TMPDIR or /tmp, gone with this object.
class DataFolder {
 public:
  DataFolder();  ///< Errors: throws Error where none can be made
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// $TMPDIR, or /tmp.
std::string data_parent();

/// NAME --variant V --size S [--piece N] [--data DIR]; `piece` bytes only of a variant that takes
/// it, 0: its own choice.
Target variant_target(const DemoDescription&, const std::string& variant, const std::string& data,
                      std::size_t piece = 0);

struct Answer {
  int exit_status = 0;
  std::string output;
  std::string last_words;  ///< of standard error
  bool timed_out = false;
};

/// Runs it to its end. Errors: throws Error where it cannot be started, and (130) when we were
/// asked to end meanwhile.
Answer ask(const std::vector<std::string>& command, double timeout_s,
           const std::vector<std::string>& environment = {});

/// While it lives, what we and what we start print goes nowhere: a profiled variant's checksum is
/// no part of our screen.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  Fd output_, error_;
};

}  // namespace bottleneck
