#include "src/launch/exec_plan.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bottleneck {
namespace {

constexpr const char* nothing_ran = "the program was not started, nothing was measured";

/// Source: confstr(_CS_PATH) of glibc, what execvp uses where PATH is unset.
constexpr const char* default_path = "/bin:/usr/bin";

std::vector<std::string> merge_environment(const std::vector<std::string>& extra) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry && *entry; ++entry) merged.emplace_back(*entry);
  for (const std::string& setting : extra) {
    std::string key = setting.substr(0, setting.find('=') + 1);
    std::erase_if(merged, [&](const std::string& entry) { return entry.starts_with(key); });
    merged.push_back(setting);
  }
  return merged;
}

std::string search_path(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment)
    if (entry.starts_with("PATH=")) return entry.substr(5);
  return default_path;
}

std::vector<std::string> list_candidates(const std::string& program, const std::string& path) {
  if (program.empty() || program.find('/') != std::string::npos) return {program};
  std::vector<std::string> candidates;
  for (std::size_t begin = 0; begin <= path.size();) {
    std::size_t end = std::min(path.find(':', begin), path.size());
    std::string folder = path.substr(begin, end - begin);
    candidates.push_back(folder.empty() ? "./" + program : folder + "/" + program);
    begin = end + 1;
  }
  return candidates;
}

/// The path as seen from our own directory, not from the target's.
std::string seen_from_here(const Target& target, const std::string& path) {
  bool relative = !path.starts_with("/");
  return relative && !target.directory.empty() ? target.directory + "/" + path : path;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  return line.substr(0, 256);
}

Error not_found(const Target& target, const std::string& what, const std::string& path) {
  const std::string& program = target.command.front();
  bool searched = program.find('/') == std::string::npos;
  std::string why = searched ? fmt::format("no file '{}' in any folder of PATH", program)
                             : fmt::format("no file {}", seen_from_here(target, path));
  std::string fix = "check the spelling, or give the whole path of the program";
  if (searched && !program.empty() && access(("./" + program).c_str(), X_OK) == 0)
    fix = fmt::format("it is in this folder: bottleneck run ./{}", program);
  return {what, why, nothing_ran, fix, exit_not_found};
}

Error missing_interpreter(const std::string& what, const std::string& file) {
  std::string line = first_line(file);
  if (line.starts_with("#!"))
    return {
        what,
        fmt::format("{} asks for the interpreter '{}', which does not exist", file, line.substr(2)),
        nothing_ran, "install that interpreter, or correct the first line of the script",
        exit_not_executable};
  return {what, fmt::format("{} exists, but its dynamic loader does not", file), nothing_ran,
          fmt::format("readelf -l {} | grep interpreter   # then install that loader", file),
          exit_not_executable};
}

Error not_permitted(const std::string& what, const std::string& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return {what, fmt::format("{} is a directory", file), nothing_ran, "name the program inside it",
            exit_not_executable};
  return {what, fmt::format("Permission denied: {}", file), nothing_ran,
          fmt::format("chmod +x {}", file), exit_not_executable};
}

Error unknown_format(const std::string& what, const std::string& file) {
  if (first_line(file).starts_with("\x7f"
                                   "ELF"))
    return {what, fmt::format("Exec format error: {} is built for another kind of machine", file),
            nothing_ran, fmt::format("file {}   # then build it for this machine", file),
            exit_not_executable};
  return {
      what, fmt::format("Exec format error: {} is a script without #!", file), nothing_ran,
      fmt::format("put #!/bin/sh (or its interpreter) on its first line, or: bottleneck run sh {}",
                  file),
      exit_not_executable};
}

}  // namespace

ExecPlan plan_exec(Target& target) {
  ExecPlan plan;
  plan.environment_text = merge_environment(target.environment);
  plan.candidates = list_candidates(target.command.front(), search_path(plan.environment_text));
  for (std::string& word : target.command) plan.arguments.push_back(word.data());
  for (std::string& entry : plan.environment_text) plan.environment.push_back(entry.data());
  plan.arguments.push_back(nullptr);
  plan.environment.push_back(nullptr);
  return plan;
}

std::string find_program(const Target& target, const ExecPlan& plan) {
  for (const std::string& candidate : plan.candidates) {
    std::string file = seen_from_here(target, candidate);
    struct stat info {};
    if (access(file.c_str(), X_OK) == 0 && stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode))
      return file;
  }
  return "";
}

Error exec_error(const Target& target, const std::string& path, int error_number) {
  std::string what = fmt::format("cannot run '{}'", target.command.front());
  std::string file = seen_from_here(target, path);
  if (error_number == ENOENT || error_number == ENOTDIR)
    return access(file.c_str(), F_OK) == 0 ? missing_interpreter(what, file)
                                           : not_found(target, what, path);
  if (error_number == EACCES) return not_permitted(what, file);
  if (error_number == ENOEXEC) return unknown_format(what, file);
  return {what, fmt::format("execve {}: {}", file, std::strerror(error_number)), nothing_ran,
          "run it without bottleneck: the same error is to be expected", exit_not_executable};
}

Error directory_error(const Target& target, int error_number) {
  return {fmt::format("cannot change to the directory '{}'", target.directory),
          fmt::format("chdir: {}", std::strerror(error_number)), nothing_ran,
          "give an existing directory after -C"};
}

}  // namespace bottleneck
