// Names of code that a runtime made while running, from its perf map file ("START SIZE name" in
// hexadecimal, one line per function, appended as code is made). Read on from where the last
// reading ended whenever the file has grown.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bottleneck {

class JitMap {
 public:
  explicit JitMap(std::string path) : path_(std::move(path)) {}

  /// The function that holds the address, as the runtime wrote it; "" none.
  std::string name_of(std::uint64_t address);

 private:
  struct Code {
    std::uint64_t end = 0;
    std::string name;
  };
  void read_on();
  void take_line(std::string_view line);
  void put(std::uint64_t start, std::uint64_t size, std::string_view name);

  std::string path_;
  std::uint64_t inode_ = 0;
  std::uint64_t read_ = 0;  ///< bytes taken, whole lines
  std::map<std::uint64_t, Code>
      code_;  ///< by start; not overlapping: later lines replace earlier ones
};

}  // namespace bottleneck
