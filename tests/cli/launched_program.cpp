#include "tests/cli/launched_program.h"

#include <cstdlib>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/launch/temporary_folder.h"

namespace bottleneck {
namespace {

int as_shell_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

constexpr int patience_ms = 20'000;

}  // namespace

Outcome run_line(const std::string& line, const std::string& given) {
  TemporaryFolder own;
  std::string folder = given.empty() ? own.path() : given;
  setenv("B", BOTTLENECK_BINARY, 1);
  setenv("D", folder.c_str(), 1);
  own.write("line.sh", "cd \"$D\"\n" + line + "\n");
  std::string whole =
      "sh " + own.path("line.sh") + " > " + own.path("out.txt") + " 2> " + own.path("err.txt");
  Outcome outcome;
  outcome.status = as_shell_status(std::system(whole.c_str()));
  outcome.out = own.read("out.txt");
  outcome.err = own.read("err.txt");
  return outcome;
}

TerminalSession::TerminalSession(const std::string& line) {
  setenv("B", BOTTLENECK_BINARY, 1);
  pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
  if (pid_ == 0) {
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(99);
  }
}

TerminalSession::~TerminalSession() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(terminal_);
}

void TerminalSession::type(char key) const { (void)!write(terminal_, &key, 1); }

bool TerminalSession::read_some() {
  pollfd waited{terminal_, POLLIN, 0};
  char buffer[4096];
  if (poll(&waited, 1, patience_ms) <= 0) return false;
  ssize_t got = read(terminal_, buffer, sizeof buffer);
  if (got > 0) screen_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

bool TerminalSession::wait_for(const std::string& text) {
  while (screen_.find(text) == std::string::npos)
    if (!read_some()) return false;
  return true;
}

int TerminalSession::wait_for_end() {
  while (read_some()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return as_shell_status(status);
}

}  // namespace bottleneck
