#include "src/prove/freeze.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>

#include "probes/ceilings/cache.h"
#include "probes/machine/machine.h"
#include "src/core/fd.h"
#include "src/prove/sha256.h"

namespace bottleneck {
namespace {

/// What every file system takes as a name.
std::string plain_name(std::string name) {
  constexpr std::size_t longest = 60;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '_';
  return name.substr(0, longest);
}

/// False with errno set.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

/// "" done; else why not. Nothing is left of what could not be written whole.
std::string write_new(const std::string& path, const std::string& text) {
  const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file && errno == EEXIST) return "";  // the same promise in the same second
  if (!file) return fmt::format("{}: {}", path, std::strerror(errno));
  if (write_all(file.get(), text)) return "";
  std::string why = fmt::format("{}: {}", path, std::strerror(errno));
  unlink(path.c_str());
  return why;
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string name_machine(const System& system) {
  const Machine machine = describe_machine(system);
  return fmt::format("{}, {} CPUs", machine.cpu_model, machine.cpus());
}

std::string default_freeze_directory() {
  const std::string ceilings = ceilings_cache_path();
  if (ceilings.empty()) return "";
  return std::filesystem::path(ceilings).parent_path() / "predictions";
}

Frozen freeze(const Promise& promise, const System& system, const std::string& directory) {
  Frozen frozen;
  const std::string time = utc_now();
  frozen.text =
      fmt::format("{}time: {}\nmachine: {}\n", write_down(promise), time, name_machine(system));
  frozen.sha256 = sha256(frozen.text);
  const std::string folder = directory.empty() ? default_freeze_directory() : directory;
  if (folder.empty()) {
    frozen.why_not = "neither XDG_CACHE_HOME nor HOME says where to keep it";
    return frozen;
  }
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    frozen.why_not = fmt::format("{}: {}", folder, failed.message());
    return frozen;
  }
  constexpr std::size_t digits_in_name = 12;
  const std::string path =
      fmt::format("{}/{}-{}-{}.txt", folder, plain_name(time), plain_name(promise.variant),
                  frozen.sha256.substr(0, digits_in_name));
  frozen.why_not = write_new(path, frozen.text);
  if (frozen.why_not.empty()) frozen.file = path;
  return frozen;
}

}  // namespace bottleneck
