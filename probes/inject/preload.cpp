#include "probes/inject/preload.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "probes/code/regular_file.h"
#include "probes/inject/preload_elf.h"
#include "probes/inject/segment.h"

namespace bottleneck::inject {
namespace {

constexpr const char* object_name = "libbottleneck_sampler.so";
/// What separates the entries of LD_PRELOAD. Source: ld.so(8).
constexpr const char* ends_of_a_path = " :";
/// Scripts whose interpreter is a script are followed so far. Source: BINPRM_MAX_RECURSION of
/// Linux.
constexpr int most_interpreters = 4;
/// What the kernel reads of a script's first line. Source: BINPRM_BUF_SIZE.
constexpr std::size_t most_first_line = 256;

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t", at)) != std::string::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string in_path(const System& system, const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string file = (end == 0 ? "." : rest.substr(0, end)) + "/" + name;
    rest.erase(0, end + 1);
    struct stat facts {};
    const std::string real = system.path(file);
    if (::access(real.c_str(), X_OK) == 0 && ::stat(real.c_str(), &facts) == 0 &&
        S_ISREG(facts.st_mode))
      return file;
  }
  return "";
}

/// The program that "#!..." hands the script to; `env [-S] [NAME=VALUE] program` is looked through.
std::string interpreter_of(const System& system, const std::string& first_line) {
  const auto words = words_of(first_line);
  if (words.empty()) return "";
  if (words[0].substr(words[0].rfind('/') + 1) != "env") return words[0];
  for (std::size_t i = 1; i < words.size(); ++i)
    if (!words[i].starts_with("-") && words[i].find('=') == std::string::npos)
      return in_path(system, words[i]);
  return words[0];
}

/// Programs that gain rights: the dynamic loader ignores LD_PRELOAD there.
std::optional<std::string> refuse_rights(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  if (facts.st_mode & S_ISUID && facts.st_uid != ::geteuid()) return "it is setuid";
  if (facts.st_mode & S_ISGID && facts.st_mode & S_IXGRP && facts.st_gid != ::getegid())
    return "it is setgid";
  if (::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
    return "it has file capabilities";
  return std::nullopt;
}

std::optional<std::string> refuse_elf(const std::string& path) {
  const auto facts = read_program(path);
  if (!facts) return "it is no program that we can read (damaged, or of an unknown format)";
  if (facts->is_32_bit) return "it is a 32-bit program";
  if (!facts->native) return "it is a program for another kind of machine";
  if (!facts->sanitizer.empty()) return "it was built with " + facts->sanitizer;
  if (!facts->dynamic) return "it is linked statically";
  return std::nullopt;
}

std::string value_in(const std::vector<std::string>& environ_of, const std::string& name) {
  for (const std::string& entry : environ_of)
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  return "";
}

/// Programs that watch others by ptrace or translate them. Where they trace, the sampler stays
/// inert by itself (sampler.c, TracerPid); but its library and its first system calls would show in
/// what they print and record, and valgrind does not trace.
constexpr std::array<std::string_view, 7> tracers = {"gdb", "lldb",    "strace",  "ltrace",
                                                     "rr",  "uftrace", "valgrind"};

}  // namespace

std::optional<std::string> refuse_preload(const System& system, const std::string& file) {
#if !defined(__x86_64__)
  return "the sampler knows x86-64 only";
#endif
  std::string name = file;
  const std::string base = file.substr(file.rfind('/') + 1);
  if (std::find(tracers.begin(), tracers.end(), base) != tracers.end())
    return fmt::format("{} watches other programs, and would show the sampler in them", base);
  for (int depth = 0; depth <= most_interpreters; ++depth) {
    const std::string path = system.path(name);
    errno = 0;
    const auto opened = RegularFile::open(path);
    const std::string about = depth == 0 ? "" : fmt::format("its interpreter {}: ", name);
    if (!opened)
      return about + fmt::format("its file cannot be read ({})",
                                 errno ? std::strerror(errno) : "no regular file");
    const std::string start = opened->read_at(0, most_first_line);
    if (!start.starts_with("#!")) {
      auto refusal = refuse_rights(path);
      if (!refusal) refusal = refuse_elf(path);
      if (!refusal) return std::nullopt;
      return about + *refusal;
    }
    name = interpreter_of(system, start.substr(2, start.find('\n') - 2));
    if (name.empty()) return "it is a script whose interpreter was not found";
  }
  return "it is a script of a script of a script, too deep to follow";
}

std::optional<std::string> find_sampler_object(const System& system) {
  return find_object(system, object_name);
}

std::optional<std::string> find_object(const System& system, const std::string& name) {
  const auto self = system.read_link("/proc/self/exe");
  if (!self) return std::nullopt;
  const std::string folder = self->substr(0, self->rfind('/'));
  for (const char* below : {"/lib", "/../lib", "/../" BOTTLENECK_LIBDIR, "/../lib64"}) {
    const std::string path = folder + below + "/bottleneck/" + name;
    if (::access(system.path(path).c_str(), R_OK) != 0) continue;
    char* real = ::realpath(system.path(path).c_str(), nullptr);
    const std::string found = real ? real : path;
    std::free(real);
    if (found.find_first_of(ends_of_a_path) != std::string::npos) return std::nullopt;
    return found;
  }
  return std::nullopt;
}

std::vector<std::string> preload_settings(const std::vector<std::string>& environ_of,
                                          const std::string& object) {
  const std::string theirs = value_in(environ_of, "LD_PRELOAD");
  // Children of the target that are built with AddressSanitizer refuse to start behind a preloaded
  // library unless told not to look. What the user has set for it stays, and wins.
  constexpr const char* order = "verify_asan_link_order";
  std::string asan = value_in(environ_of, "ASAN_OPTIONS");
  if (asan.find(order) == std::string::npos)
    asan += fmt::format("{}{}=0", asan.empty() ? "" : ":", order);
  return {"LD_PRELOAD=" + (theirs.empty() ? object : theirs + ":" + object),
          "ASAN_OPTIONS=" + asan};
}

std::vector<std::string> preload_environment(const std::vector<std::string>& environ_of,
                                             const std::string& object,
                                             const std::string& segment) {
  std::vector<std::string> settings = preload_settings(environ_of, object);
  settings.push_back(BOTTLENECK_SEGMENT_VARIABLE "=" + segment);
  return settings;
}

}  // namespace bottleneck::inject
