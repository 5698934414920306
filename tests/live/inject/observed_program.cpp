#include "tests/live/inject/observed_program.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/clock.h"
#include "probes/inject/preload.h"
#include "probes/inject/segment_reader.h"

namespace bottleneck::inject {
namespace {

/// As the launcher asks for it; the kernel's tick makes it longer.
constexpr std::uint32_t period_ns = 1'000'000;
constexpr int drain_every_ms = 20;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const std::vector<std::string>& settings) {
  std::vector<std::string> all = settings;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('=') + 1);
    if (std::none_of(settings.begin(), settings.end(),
                     [&](const std::string& s) { return s.starts_with(name); }))
      all.push_back(text);
  }
  return all;
}

void drain(Segment& segment, Observed& seen) {
  segment.drain(monotonic_ns(), [&](InjectedSample&& sample) {
    ThreadSamples& thread = seen.threads[sample.tid];
    thread.periods += sample.periods;
    thread.longest_chain = std::max(thread.longest_chain, sample.sample.user_chain.size());
    thread.pids.insert(sample.pid);
  });
}

Observed run(std::vector<std::string> words, std::vector<std::string> environment,
             Segment* segment) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const auto arguments = pointers(words);
  const auto settings = pointers(environment);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execvpe(arguments[0], arguments.data(), settings.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  Fd output(ends[0]);
  Observed seen;
  for (bool open = true; open;) {
    pollfd readable{output.get(), POLLIN, 0};
    if (::poll(&readable, 1, drain_every_ms) > 0) {
      std::array<char, 4096> text;
      const ssize_t got = ::read(output.get(), text.data(), text.size());
      open = got > 0;
      if (open) seen.output.append(text.data(), static_cast<std::size_t>(got));
    }
    if (segment) drain(*segment, seen);
  }
  while (::waitpid(child, &seen.status, segment ? WNOHANG : 0) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(drain_every_ms));
    drain(*segment, seen);
  }
  if (segment) drain(*segment, seen);
  return seen;
}

}  // namespace

std::vector<std::uint32_t> Observed::announced() const {
  std::vector<std::uint32_t> all;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("thread "))
      all.push_back(static_cast<std::uint32_t>(std::stoul(line.substr(7))));
  return all;
}

std::string Observed::rest_of_output() const {
  std::string rest;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("thread ")) rest += line + "\n";
  return rest;
}

Observed run_sampled(const std::vector<std::string>& words) {
  Segment segment(period_ns);
  std::vector<std::string> present;
  for (char** entry = environ; *entry; ++entry) present.emplace_back(*entry);
  const auto settings = preload_environment(present, SAMPLER, segment.path());
  Observed seen = run(words, environment_with(settings), &segment);
  seen.lost = segment.lost();
  seen.processes = segment.processes();
  seen.without_timer = segment.without_timer();
  return seen;
}

Observed run_alone(const std::vector<std::string>& words) {
  return run(words, environment_with({}), nullptr);
}

}  // namespace bottleneck::inject
