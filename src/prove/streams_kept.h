// What a run prints, read as it comes so that the run never waits for a full pipe: of standard
// output the beginning, of standard error the end. It understands nothing of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <poll.h>

#include "src/core/fd.h"
#include "src/prove/sha256.h"

namespace bottleneck {

/// A pipe: the read end is ours and never blocks.
struct OutputPipe {
  OutputPipe();  ///< Errors: throws Error (125)
  Fd read_end;
  Fd write_end;
};

class StreamsKept {
 public:
  StreamsKept();  ///< Errors: throws Error (125)

  int output_fd() const { return output_.write_end.get(); }
  int error_fd() const { return error_.write_end.get(); }
  /// Once the run has its own: else we would never see the end.
  void close_write_ends();
  /// Those that are not at their end yet.
  void add_to(std::vector<pollfd>&) const;
  /// Takes what has come.
  void drain();

  /// The first 64 kB; where there was more, its length and SHA-256 behind them. Needs: called once.
  std::string output() const;
  /// The last lines of standard error, without control characters.
  std::string last_words() const;

 private:
  void take_output(std::string_view bytes);
  void take_error(std::string_view bytes);

  OutputPipe output_, error_;
  std::string kept_output_, kept_error_;
  std::uint64_t output_bytes_ = 0;
  std::unique_ptr<Sha256> hash_;  ///< of all, once there is more than is kept
};

}  // namespace bottleneck
