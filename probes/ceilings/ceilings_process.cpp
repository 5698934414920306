#include "probes/ceilings/ceilings_process.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include "src/core/error.h"
#include "src/core/fd.h"
#include "src/core/json_measurement.h"

namespace bottleneck::ceilings {
namespace {

using Clock = std::chrono::steady_clock;

/// A helper that says more than this says rubbish: ours writes some 100 kB.
constexpr std::size_t most_output = 4u << 20;
constexpr std::size_t most_figures = 4096;
/// Told to the helper, so that it ends by itself with words for what it left out.
constexpr double share_for_helper = 0.9;

[[noreturn]] void refuse(const std::string& call, int error) {
  throw Error("cannot measure this machine", fmt::format("{}: {}", call, std::strerror(error)),
              "limits of this machine are not known", "bottleneck run --no-calibrate ...");
}

std::vector<std::string> words_of(const std::string& program, const CeilingRequest& request) {
  std::vector<std::string> words = {program, "--set", request.full ? "full" : "quick", "--budget",
                                    fmt::format("{:.3f}", request.budget_s * share_for_helper)};
  if (!request.names.empty()) {
    words.emplace_back("--only");
    words.push_back(fmt::format("{}", fmt::join(request.names, ",")));
  }
  if (!request.directory.empty()) {
    words.emplace_back("--directory");
    words.push_back(request.directory);
  }
  return words;
}

/// Owns the process: whatever happens, it is killed with its children and reaped.
class Program {
 public:
  Program(const std::string& program, const CeilingRequest& request);
  ~Program() { end(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  int output() const { return output_.get(); }
  /// Its wait status, after the end of it and of all its group.
  int end() {
    if (pid_ <= 0) return status_;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status_;
  }
  /// The status it ended with of its own will; nullopt: it still runs after `grace`.
  std::optional<int> ended(std::chrono::milliseconds grace) {
    const auto until = Clock::now() + grace;
    do {
      const pid_t found = ::waitpid(pid_, &status_, WNOHANG);
      if (found == pid_) {
        ::kill(-pid_, SIGKILL);  // what it left behind
        pid_ = 0;
        return status_;
      }
      ::poll(nullptr, 0, 1);
    } while (Clock::now() < until);
    return std::nullopt;
  }

 private:
  pid_t pid_ = 0;
  int status_ = 0;
  Fd output_;
};

/// What posix_spawn wants to know; destroyed with the scope.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  explicit SpawnPlan(int output) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    // A group of its own, so that its children go with it; no signal is blocked or ignored in it.
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

Program::Program(const std::string& program, const CeilingRequest& request) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) refuse("pipe2", errno);
  output_ = Fd(ends[0]);
  const Fd input(ends[1]);
  std::vector<std::string> words = words_of(program, request);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const SpawnPlan plan(input.get());
  const int failed = ::posix_spawn(&pid_, program.c_str(), &plan.files, &plan.attributes,
                                   pointers.data(), environ);
  if (failed != 0) {
    pid_ = 0;
    refuse(program, failed);
  }
}

/// Collects lines and keeps the last measurement of each name.
class Listener {
 public:
  explicit Listener(const std::function<void(const Measurement&)>& told) : told_(told) {}

  void hear(std::string_view text) {
    heard_ += text.size();
    rest_ += text;
    std::size_t begin = 0;
    for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
      hear_line(std::string_view(rest_).substr(begin, end - begin));
    rest_.erase(0, begin);
  }
  bool had_enough() const { return heard_ > most_output; }
  std::vector<Measurement>& all() { return all_; }

 private:
  void hear_line(std::string_view line) {
    if (!line.starts_with('{')) return;  // rubbish by the megabyte is not worth a parser each
    auto measurement = measurement_from_line(line);
    if (!measurement) return;
    const auto same = std::find_if(all_.begin(), all_.end(), [&](const Measurement& one) {
      return one.name == measurement->name;
    });
    if (same != all_.end()) {
      *same = std::move(*measurement);
      return;
    }
    if (all_.size() == most_figures) return;
    all_.push_back(std::move(*measurement));
    if (told_) told_(all_.back());
  }

  const std::function<void(const Measurement&)>& told_;
  std::vector<Measurement> all_;
  std::string rest_;
  std::size_t heard_ = 0;
};

enum class Ending { closed, late, rubbish };

Ending listen(const Program& helper, Listener& listener, Clock::time_point until) {
  char buffer[8192];
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Ending::late;
    pollfd waiting{helper.output(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<long>(left, 1000)));
    if (ready <= 0) continue;
    const ssize_t got = ::read(helper.output(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Ending::closed;
    listener.hear({buffer, static_cast<std::size_t>(got)});
    if (listener.had_enough()) return Ending::rubbish;
  }
}

/// "" = it ended as it should.
std::string describe_ending(Program& helper, Ending ending, double budget_s) {
  if (ending == Ending::late)
    return fmt::format("measuring took longer than {:g} s and was ended", budget_s);
  if (ending == Ending::rubbish) return "the helper that measures wrote without end";
  const auto status = helper.ended(std::chrono::milliseconds(200));
  if (!status) return "the helper that measures closed its output and went on";
  if (WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL)
    return "the helper that measures was killed (signal 9): by the OOM killer or a resource limit";
  if (WIFSIGNALED(*status))
    return fmt::format("the helper that measures was ended by signal {}", WTERMSIG(*status));
  if (WEXITSTATUS(*status) != 0)
    return fmt::format("the helper that measures failed with status {}", WEXITSTATUS(*status));
  return "";
}

/// What was asked for by name and never told is there with the reason.
void add_missing(std::vector<Measurement>& all, const CeilingRequest& request, std::string why) {
  if (!why.empty()) {
    const std::string last = all.empty() ? "" : fmt::format(", after {}", all.back().name);
    all.push_back({"machine.ceilings", Unavailable{why + last, ""}, "ceilings"});
  }
  if (why.empty()) why = "the helper that measures does not know it";
  for (const std::string& name : request.names) {
    const bool told = std::any_of(
        all.begin(), all.end(), [&](const Measurement& one) { return one.name.starts_with(name); });
    if (!told) all.push_back({name, Unavailable{why, ""}, "ceilings"});
  }
}

}  // namespace

std::vector<Measurement> measure_with(const std::string& program, const CeilingRequest& request,
                                      const std::function<void(const Measurement&)>& told) {
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(request.budget_s));
  Program helper(program, request);
  Listener listener(told);
  const Ending ending = listen(helper, listener, until);
  const std::string why = describe_ending(helper, ending, request.budget_s);
  helper.end();
  add_missing(listener.all(), request, why);
  return std::move(listener.all());
}

}  // namespace bottleneck::ceilings
