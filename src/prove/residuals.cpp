#include "src/prove/residuals.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "probes/ceilings/cache.h"
#include "src/core/fd.h"
#include "src/core/json_residual.h"

namespace bottleneck {
namespace {

/// Of some 300 bytes each.
constexpr std::size_t most_residuals = 10'000;

/// Nobody else may put figures into our mouth.
bool is_ours(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) &&
         (file.st_uid == geteuid() || file.st_uid == 0) && (file.st_mode & S_IWOTH) == 0;
}

}  // namespace

std::string default_residuals_path() {
  const std::string ceilings = ceilings_cache_path();
  if (ceilings.empty()) return "";
  return std::filesystem::path(ceilings).parent_path() / "residuals.jsonl";
}

std::optional<Residual> residual_of(const Verification& one, const std::string& workload,
                                    const std::string& machine, const std::string& time) {
  const bool tells = one.predicted && one.measured && one.remedy &&
                     one.outcome != Outcome::inconclusive && one.predicted->low > 0;
  if (!tells) return std::nullopt;
  const Quantity& predicted = *one.predicted;
  return Residual{time,          machine,        workload,           *one.remedy, predicted.value,
                  predicted.low, predicted.high, one.measured->value};
}

std::string keep_residual(const std::string& path, const Residual& residual) {
  if (path.empty()) return "neither XDG_CACHE_HOME nor HOME says where to keep it";
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  if (failed) return fmt::format("cannot make the folder of {}: {}", path, failed.message());
  const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return fmt::format("cannot write {}: {}", path, std::strerror(errno));
  const std::string line = residual_to_line(residual) + "\n";
  // In one piece: others may append at the same time. What was cut by a full disk is skipped later.
  if (write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) return "";
  return fmt::format("cannot write {}: {}", path, std::strerror(errno));
}

std::vector<Residual> load_residuals(const std::string& path, const std::string& machine) {
  std::vector<Residual> all;
  if (path.empty() || !is_ours(path)) return all;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);)
    if (auto one = residual_from_line(line); one && one->machine == machine)
      all.push_back(std::move(*one));
  if (all.size() > most_residuals)
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(most_residuals));
  return all;
}

}  // namespace bottleneck
