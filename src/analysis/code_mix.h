// What a thread was executing at a time, from its samples: in that window, else its nearest within
// 50 ms, else its process, else its executable (DESIGN section 4). Its place: derive asks it for
// every working interval. Only samples of work count; those of spinning and of fighting for a lock
// are other rules' business.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/core/profile.h"

namespace bottleneck {

/// How far a sample may lie from the interval that it stands for. Source: DESIGN section 4.
inline constexpr double nearest_sample_s = 0.05;

struct PlaceShare {
  int location;
  double share;  ///< shares of a mix sum to 1
};
using CodeMix = std::vector<PlaceShare>;

class CodeMixes {
 public:
  explicit CodeMixes(const Profile&);

  /// Empty where nothing was sampled that could stand for it.
  const CodeMix& at(int thread, int window) const;
  bool process_was_sampled(int process) const { return by_process_.count(process) != 0; }

 private:
  using Windows = std::map<int, CodeMix>;
  const CodeMix* near(const Windows&, int window) const;

  const Profile& profile_;
  std::map<int, Windows> by_thread_;
  std::map<int, CodeMix> by_process_;
  std::map<std::string, CodeMix> by_executable_;
  int reach_ = 1;  ///< nearest_sample_s in windows
};

}  // namespace bottleneck
