#include "src/prove/workload_run.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/prove/arm_run.h"
#include "src/prove/demo.h"

namespace bottleneck {
namespace {

constexpr int first_own_fd = 3;

Fd keep_aside(int fd) { return Fd(fcntl(fd, F_DUPFD_CLOEXEC, first_own_fd)); }

void give_back(const Fd& kept, int fd) {
  if (kept) dup2(kept.get(), fd);
}

}  // namespace

std::string data_parent() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen && *chosen ? chosen : "/tmp";
}

DataFolder::DataFolder() : path_(data_parent() + "/bottleneck-demo.XXXXXX") {
  if (!mkdtemp(path_.data()))
    throw Error("cannot make a folder for the input of the demo",
                fmt::format("{}: {}", path_, std::strerror(errno)), "nothing was run",
                "TMPDIR=/a/folder/with/room bottleneck demo ...", exit_failed);
}

DataFolder::~DataFolder() {
  std::error_code ignored;  // gone already, or taken from us: nothing to be done
  std::filesystem::remove_all(path_, ignored);
}

Target variant_target(const DemoDescription& demo, const std::string& variant,
                      const std::string& data, std::size_t piece) {
  Target target;
  target.environment = demo.environment;
  target.command = {demo.executable, "--variant", variant, "--size", std::to_string(demo.size)};
  const bool takes_piece =
      std::any_of(demo.variants.begin(), demo.variants.end(),
                  [&](const DemoVariant& one) { return one.name == variant && one.takes_piece; });
  if (takes_piece && piece > 0)
    target.command.insert(target.command.end(), {"--piece", std::to_string(piece)});
  if (demo.prepares) target.command.insert(target.command.end(), {"--data", data});
  return target;
}

Answer ask(const std::vector<std::string>& command, double timeout_s,
           const std::vector<std::string>& environment) {
  hold_signals();
  SignalQueue signals;
  Target target;
  target.command = command;
  target.environment = environment;
  ArmRun ran = run_arm(target, timeout_s, System{}, {}, signals);
  if (ran.interrupted)
    throw Error("interrupted", fmt::format("{} was running", command.front()),
                "nothing was measured", "", exit_interrupted);
  return {ran.run.exit_status, std::move(ran.run.output), std::move(ran.last_words),
          !ran.run.rejected.empty()};
}

Silence::Silence() : output_(keep_aside(STDOUT_FILENO)), error_(keep_aside(STDERR_FILENO)) {
  const Fd nothing(open("/dev/null", O_WRONLY | O_CLOEXEC));
  give_back(nothing, STDOUT_FILENO);
  give_back(nothing, STDERR_FILENO);
}

Silence::~Silence() {
  give_back(output_, STDOUT_FILENO);
  give_back(error_, STDERR_FILENO);
}

}  // namespace bottleneck
