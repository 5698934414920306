#include "src/cli/sources.h"

#include <filesystem>
#include <set>
#include <sstream>

#include "probes/code/regular_file.h"

namespace bottleneck {
namespace {

/// Longer ones are generated, and of no use on a screen.
constexpr std::size_t longest_file = 4'000'000;
constexpr std::size_t longest_line = 200;

void read_lines(const HotCode& code, const std::string& path, SourceLines& into) {
  const auto file = RegularFile::open(path);
  if (!file || file->size() > longest_file) return;
  std::istringstream text(file->read_at(0, file->size()));
  const std::set<int> wanted(code.lines.begin(), code.lines.end());
  std::string line;
  for (int number = 1; std::getline(text, line); ++number)
    if (wanted.count(number)) into.try_emplace({code.file, number}, line.substr(0, longest_line));
}

bool is_below_here(const std::string& path) {
  std::error_code error;
  const std::string here = std::filesystem::current_path(error).string() + "/";
  return !error && std::filesystem::weakly_canonical(path, error).string().starts_with(here);
}

}  // namespace

SourceLines read_sources(const Profile& profile, bool foreign) {
  SourceLines all;
  for (const HotCode& code : profile.hot_code) {
    if (code.file.empty()) continue;
    const bool absolute = code.file.front() == '/';
    const std::string& from = profile.target.directory;
    const std::string path = absolute || from.empty() ? code.file : from + "/" + code.file;
    if (!foreign || is_below_here(path)) read_lines(code, path, all);
  }
  return all;
}

}  // namespace bottleneck
