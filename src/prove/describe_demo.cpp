#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "probes/machine/machine.h"
#include "probes/machine/text.h"
#include "src/core/error.h"
#include "src/core/json_workload.h"
#include "src/core/suggest.h"
#include "src/prove/demo.h"
#include "src/prove/workload_run.h"

namespace bottleneck {
namespace {

namespace fs = std::filesystem;

/// They answer at once.
constexpr double longest_answer_s = 20;

std::string own_folder() {
  std::error_code failed;
  return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

bool is_program(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed) && access(path.c_str(), X_OK) == 0;
}

/// NAME/NAME (a build tree has a folder for each) or NAME itself.
void add_programs(const fs::path& folder, std::vector<std::string>& found) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const fs::path inside = entry.path() / entry.path().filename();
    if (is_program(entry.path()))
      found.push_back(entry.path());
    else if (is_program(inside))
      found.push_back(inside);
  }
}

/// Those that run now: a build tree's before what is installed.
std::vector<std::string> find_programs() {
  const std::string own = own_folder();
  std::vector<std::string> found;
  for (const char* below : {"/workloads", "/../lib/bottleneck/workloads",
                            "/../" BOTTLENECK_LIBDIR "/bottleneck/workloads"}) {
    add_programs(own + below, found);
    if (!found.empty()) break;
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    throw Error("there are no demos here",
                fmt::format("no program in {0}/workloads or {0}/../lib/bottleneck/workloads", own),
                "nothing was run", "build or install the workloads: cmake --build BUILD",
                exit_failed);
  return found;
}

DemoDescription describe(const std::string& executable, std::size_t size,
                         const std::vector<std::string>& environment = {}) {
  std::vector<std::string> command{executable, "--describe"};
  if (size > 0) command.insert(command.end(), {"--size", std::to_string(size)});
  const Answer answer = ask(command, longest_answer_s, environment);
  if (answer.exit_status != 0)
    throw Error(fmt::format("the workload {} does not answer", executable),
                answer.last_words.empty() ? fmt::format("exit status {}", answer.exit_status)
                                          : answer.last_words,
                "it was not run", fmt::format("{} --describe", executable), exit_failed);
  DemoDescription demo = workload_from_json(answer.output, executable);
  demo.executable = executable;
  demo.environment = environment;
  return demo;
}

std::string name_of(const std::string& executable) { return fs::path(executable).filename(); }

[[noreturn]] void fail_unknown(const std::string& name, const std::vector<std::string>& programs) {
  std::vector<std::string> known;
  for (const std::string& program : programs) known.push_back(name_of(program));
  const std::string near = suggest(name, known);
  throw Error(
      fmt::format("unknown demo '{}'", name), "no reference workload has that name",
      "nothing was started",
      near.empty() ? "bottleneck demo   # lists them" : fmt::format("did you mean {} ?", near),
      exit_usage);
}

void check_size(const DemoDescription& demo, std::size_t size) {
  if (size <= demo.most_size) return;
  throw Error(
      fmt::format("--size {} is too large for {}", size, demo.name),
      fmt::format("it takes at most {} ({})", demo.most_size, demo.unit), "nothing was started",
      fmt::format("bottleneck demo {} --size {}   # its default", demo.name, demo.default_size),
      exit_usage);
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{} MB", (bytes + 999'999) / 1'000'000);
}

[[noreturn]] void fail_room(const DemoDescription& demo, const std::string& what,
                            const std::string& why, const std::string& fix) {
  throw Error(fmt::format("{} of size {} needs more {} than there is", demo.name, demo.size, what),
              why, "nothing was run", fix, exit_failed);
}

/// What may still be taken; nothing where it cannot be read.
std::optional<std::uint64_t> available_memory(const System& system) {
  constexpr std::uint64_t kilobyte = 1024;
  std::optional<std::uint64_t> least;
  if (const auto meminfo = system.read("/proc/meminfo"))
    if (const auto available = number_after(*meminfo, "MemAvailable"))
      least = *available * kilobyte;
  if (const auto limit = describe_machine(system).memory_limit_bytes)
    least = std::min(least.value_or(*limit), *limit);
  return least;
}

}  // namespace

std::vector<DemoDescription> find_demos() {
  std::vector<DemoDescription> all;
  for (const std::string& program : find_programs()) all.push_back(describe(program, 0));
  return all;
}

std::vector<std::string> list_demos() {
  std::vector<std::string> names;
  for (const std::string& program : find_programs()) names.push_back(name_of(program));
  return names;
}

DemoDescription describe_demo(const std::string& name, std::size_t size, bool quick,
                              const std::vector<std::string>& environment) {
  const std::vector<std::string> programs = find_programs();
  const auto found = std::find_if(programs.begin(), programs.end(),
                                  [&](const std::string& one) { return name_of(one) == name; });
  if (found == programs.end()) fail_unknown(name, programs);
  DemoDescription demo = describe(*found, 0, environment);
  const std::size_t wanted = size > 0 ? size : quick ? demo.quick_size : demo.default_size;
  check_size(demo, wanted);
  return wanted == demo.size ? demo : describe(*found, wanted, environment);
}

void check_room(const DemoDescription& demo, const System& system) {
  const std::string smaller =
      fmt::format("bottleneck demo {} --size {}", demo.name, demo.quick_size);
  if (const auto available = available_memory(system); available && *available < demo.memory_bytes)
    fail_room(demo, "memory",
              fmt::format("it takes {}; /proc/meminfo and the control group leave {}",
                          megabytes(demo.memory_bytes), megabytes(*available)),
              smaller);
  if (demo.disk_bytes == 0) return;
  const std::string folder = data_parent();
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return;  // making the folder says what is wrong
  const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free_bytes < demo.disk_bytes)
    fail_room(demo, "disk",
              fmt::format("its input takes {}; {} has {} free", megabytes(demo.disk_bytes), folder,
                          megabytes(free_bytes)),
              "TMPDIR=/a/folder/with/room " + smaller);
}

}  // namespace bottleneck
