#include "src/cli/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/error.h"

namespace bottleneck {
namespace {

constexpr const char* not_started = "nothing was started";
constexpr const char* not_saved = "the report was not saved";

[[noreturn]] void fail(const std::string& path, const std::string& why, const char* so,
                       const char* fix) {
  throw Error(fmt::format("cannot write {}", path), why, so, fix);
}

std::string follow_links(const std::string& path) {
  std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

/// Its files lead to descriptors and devices, which a rename would replace instead of writing to
/// them.
bool is_special(const std::string& path) {
  return path.starts_with("/dev/") || path.starts_with("/proc/");
}

/// A new file beside `path`, under a name that nobody has.
Fd make_beside(const std::string& path, std::string& name) {
  name = path + ".XXXXXX";
  return Fd(mkostemp(name.data(), O_CLOEXEC));
}

bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return true;
}

/// As a file made by open would get it, or as the file had it that is replaced.
mode_t mode_for(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return info.st_mode & 07777;
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

std::string folder_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

void check_replaceable(const std::string& given, const std::string& path) {
  if (access(folder_of(path).c_str(), F_OK) != 0)
    fail(given, fmt::format("the folder {}: {}", folder_of(path), std::strerror(errno)),
         not_started, "make the folder first, or give another path");
  if (access(path.c_str(), F_OK) == 0 && access(path.c_str(), W_OK) != 0)
    fail(given, fmt::format("access: {}", std::strerror(errno)), not_started,
         "give a path that you may write to");
  std::string name;
  Fd trial = make_beside(path, name);
  if (!trial)
    fail(given, fmt::format("a new file in {}: {}", folder_of(path), std::strerror(errno)),
         not_started, "give a path in a folder that you may write to");
  unlink(name.c_str());
}

}  // namespace

bool OutputFile::to_stdout() const { return given_ == "-" || given_ == "/dev/stdout"; }

OutputFile::OutputFile(const std::string& path) : given_(path), path_(follow_links(path)) {
  if (path.empty()) return;
  struct stat info {};
  bool exists = stat(path.c_str(), &info) == 0;
  if (!to_stdout() && exists && S_ISDIR(info.st_mode))
    fail(path, "it is a directory", not_started, "give the name of a file");
  bool direct = to_stdout() || is_special(path) || (exists && !S_ISREG(info.st_mode));
  if (!direct) {
    check_replaceable(path, path_);
    return;
  }
  direct_ = Fd(to_stdout() ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                           : open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!direct_)
    fail(path, fmt::format("open: {}", std::strerror(errno)), not_started,
         "give a path that you may write to");
}

void OutputFile::write(const std::string& text) {
  if (!wanted()) return;
  if (!direct_) return replace(text);
  if (!write_all(direct_.get(), text))
    fail(given_, fmt::format("write: {}", std::strerror(errno)), not_saved, "give a file instead");
}

void OutputFile::replace(const std::string& text) {
  std::string name;
  Fd file = make_beside(path_, name);
  bool written = file && write_all(file.get(), text) && fchmod(file.get(), mode_for(path_)) == 0;
  if (written && rename(name.c_str(), path_.c_str()) == 0) return;
  int error_number = errno;
  if (file) unlink(name.c_str());
  fail(given_, std::strerror(error_number), not_saved,
       "make room or give another path, and run it again");
}

}  // namespace bottleneck
