#include "probes/ceilings/cache.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probes/machine/machine.h"
#include "probes/machine/text.h"
#include "src/core/error.h"
#include "src/core/fd.h"

namespace bottleneck {
namespace {

/// Some 200 figures of 200 bytes; beyond this it is not ours.
constexpr off_t most_bytes = 1 << 20;

/// What a differing field means to the user. The others are named as they are.
std::string say_change(const std::string& field) {
  if (field == "boot") return "they were measured before the machine was started anew";
  if (field == "version") return "another version of bottleneck measured them";
  return fmt::format("they were measured with another {}", field);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string number_or_none(const auto& number) {
  return number ? fmt::format("{}", *number) : "none";
}

std::string absolute_variable(const char* name) {
  const char* value = std::getenv(name);
  return value && *value == '/' ? value : "";
}

/// Nobody else may put figures into our mouth. Gives why not; "" = it may be read.
std::string distrust(int fd) {
  struct stat file {};
  if (fstat(fd, &file) != 0) return std::strerror(errno);
  if (!S_ISREG(file.st_mode)) return "it is no regular file";
  if (file.st_uid != geteuid() && file.st_uid != 0) return "it belongs to another user";
  if ((file.st_mode & S_IWOTH) != 0) return "everybody may write to it";
  if (file.st_size > most_bytes) return "it is larger than any of ours";
  return "";
}

std::optional<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 1 << 16> buffer;
  while (text.size() <= static_cast<std::size_t>(most_bytes)) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return std::nullopt;
}

/// False with errno set: the disk is full, a quota, a limit.
bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return true;
}

std::string say_errno(const char* what, const std::string& path) {
  return fmt::format("{} {}: {}", what, path, std::strerror(errno));
}

std::string why_changed(const Fingerprint& kept, const Fingerprint& now) {
  for (const auto& [field, value] : now) {
    const auto found = kept.find(field);
    if (found == kept.end() || found->second != value) return say_change(field);
  }
  return kept.size() == now.size() ? "" : "another version of bottleneck measured them";
}

}  // namespace

Fingerprint read_fingerprint(const System& system, const std::string& version) {
  const Machine machine = describe_machine(system);
  const std::string cpuinfo = system.read("/proc/cpuinfo").value_or("");
  const std::string status = system.read("/proc/self/status").value_or("");
  return {{"CPU model", machine.cpu_model},
          {"microcode", std::string(line_after(cpuinfo, "microcode"))},
          {"kernel", machine.kernel},
          {"boot", first_line(system.read("/proc/sys/kernel/random/boot_id").value_or(""))},
          {"CPU quota", number_or_none(machine.cpu_quota)},
          {"set of allowed CPUs", std::string(line_after(status, "Cpus_allowed_list"))},
          {"number of CPUs", fmt::format("{}", machine.cpus_online)},
          {"amount of memory", number_or_none(machine.memory_bytes)},
          {"memory limit", number_or_none(machine.memory_limit_bytes)},
          {"version", version}};
}

std::string ceilings_cache_path() {
  std::string folder = absolute_variable("XDG_CACHE_HOME");
  const std::string home = absolute_variable("HOME");
  if (folder.empty() && !home.empty()) folder = home + "/.cache";
  return folder.empty() ? "" : folder + "/bottleneck/ceilings.json";
}

KeptCeilings load_ceilings(const std::string& path, const Fingerprint& now) {
  if (path.empty())
    return {std::nullopt, "neither XDG_CACHE_HOME nor HOME says where to keep them"};
  // A pipe in its place must not make us wait.
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && errno == ENOENT) return {std::nullopt, "no ceilings are kept yet"};
  if (!file) return {std::nullopt, say_errno("cannot read", path)};
  if (const std::string why = distrust(file.get()); !why.empty()) {
    return {std::nullopt, fmt::format("{} is not used: {}", path, why)};
  }
  const auto text = read_all(file.get());
  if (!text) return {std::nullopt, say_errno("cannot read", path)};
  try {
    CeilingSet set = ceilings_from_json(*text, path);
    if (std::string why = why_changed(set.fingerprint, now); !why.empty()) {
      return {std::nullopt, std::move(why)};
    }
    return {std::move(set), ""};
  } catch (const Error& error) {
    return {std::nullopt, fmt::format("{}: {}", error.what, error.why)};
  }
}

std::string keep_ceilings(const std::string& path, const CeilingSet& set) {
  if (path.empty()) return "neither XDG_CACHE_HOME nor HOME says where to keep them";
  const std::string folder = std::filesystem::path(path).parent_path();
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fmt::format("cannot make {}: {}", folder, failed.message());
  std::string temporary = path + ".XXXXXX";
  const Fd file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return say_errno("cannot write in", folder);
  std::string why;
  if (!write_all(file.get(), ceilings_to_json(set)) || fsync(file.get()) != 0) {
    why = say_errno("cannot write", temporary);
  } else if (rename(temporary.c_str(), path.c_str()) != 0) {
    why = say_errno("cannot replace", path);
  }
  if (!why.empty()) unlink(temporary.c_str());
  return why;
}

std::string device_of(const std::string& directory) {
  struct stat found {};
  if (stat(directory.empty() ? "." : directory.c_str(), &found) != 0) return "";
  return fmt::format("{}:{}", major(found.st_dev), minor(found.st_dev));
}

void leave_foreign_storage(CeilingSet& set, const std::string& device) {
  if (!device.empty() && set.storage_device == device) return;
  std::erase_if(set.ceilings,
                [](const Measurement& one) { return one.name.starts_with("storage."); });
}

}  // namespace bottleneck
