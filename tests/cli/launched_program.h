// Runs the real binary from a shell line, as a user does, and tells how it ended and what it wrote.
#pragma once

#include <string>

#include <sys/types.h>

namespace bottleneck {

struct Outcome {
  int status = -1;  ///< exit status; 128+N after signal N
  std::string out;
  std::string err;
};

/// `$B` in the line is the binary. It runs in its own temporary folder `$D`, or in `folder` if that
/// is given.
Outcome run_line(const std::string& line, const std::string& folder = "");

/// Starts the line in a pseudo-terminal of its own, as a foreground job.
class TerminalSession {
 public:
  explicit TerminalSession(const std::string& line);
  ~TerminalSession();
  TerminalSession(const TerminalSession&) = delete;
  TerminalSession& operator=(const TerminalSession&) = delete;

  void type(char key) const;
  /// Reads until this text has come; false if the other end went away or 20 s are over.
  bool wait_for(const std::string& text);
  /// Reads to the end.
  int wait_for_end();
  const std::string& screen() const { return screen_; }
  pid_t pid() const { return pid_; }

 private:
  bool read_some();
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string screen_;
};

}  // namespace bottleneck
