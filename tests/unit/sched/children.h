// Real processes for the tests of descriptors and waits: a child that does one thing until it is
// ended.
#pragma once

#include <csignal>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

#include "probes/probe.h"

namespace bottleneck {

class Child {
 public:
  explicit Child(const std::function<void()>& act) : pid_(::fork()) {
    if (pid_ != 0) return;
    act();
    ::_exit(0);
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

inline void rest() {
  for (;;) ::pause();
}

inline ProcessTree tree_of(std::initializer_list<pid_t> pids) {
  ProcessTree tree;
  tree.root = *pids.begin();
  tree.live = tree.ever = std::set<pid_t>(pids);
  return tree;
}

}  // namespace bottleneck
