#include "probes/code/symbols.h"

#include <charconv>
#include <unordered_map>

#include <unistd.h>

#include "probes/code/code_module.h"
#include "probes/code/jit_map.h"
#include "probes/code/regular_file.h"

namespace bottleneck {
namespace {

/// Each holds a descriptor and up to the file's size in memory; a build runs thousands of different
/// programs.
constexpr std::size_t most_with_debug_information = 64;

/// "/proc/PID/root" of a path that begins with it, else "": separate debug files lie below the same
/// root.
std::string root_of(const std::string& path) {
  constexpr std::string_view before = "/proc/";
  constexpr std::string_view after = "/root/";
  const std::size_t digits_end = path.find_first_not_of("0123456789", before.size());
  if (!path.starts_with(before) || digits_end == std::string::npos) return {};
  if (path.compare(digits_end, after.size(), after) != 0) return {};
  return path.substr(0, digits_end + after.size() - 1);
}

/// The id that the process itself sees, which runtimes put into the name of their map: the last of
/// NSpid.
int inner_pid(const System& system, int pid) {
  const auto status = system.read("/proc/" + std::to_string(pid) + "/status");
  const std::size_t line = status ? status->find("\nNSpid:") : std::string::npos;
  if (line == std::string::npos) return pid;
  const std::size_t end = std::min(status->find('\n', line + 1), status->size());
  const std::size_t blank = status->find_last_of(" \t", end - 1);
  int inner = pid;
  if (blank != std::string::npos && blank > line)
    std::from_chars(status->data() + blank + 1, status->data() + end, inner);
  return inner;
}

/// "[heap]", "//anon", "": the kernel's names for mappings without a file.
bool is_file(const std::string& module) {
  return !module.empty() && module[0] != '[' && !module.starts_with("//");
}

}  // namespace

struct Symbols::Modules {
  explicit Modules(System s) : system(std::move(s)) {}

  CodeModule& module(const std::string& path) {
    const auto found = code.find(path);
    if (found != code.end()) return found->second;
    return code.try_emplace(path, system.path(path), system.path(root_of(path))).first->second;
  }

  void make_room() {
    std::size_t holding = 0;
    for (const auto& [path, module] : code) holding += module.holds_debug_information() ? 1 : 0;
    if (holding < most_with_debug_information) return;
    for (auto& [path, module] : code) module.drop_debug_information();
  }

  System system;
  std::unordered_map<std::string, CodeModule> code;
  std::unordered_map<int, JitMap> jits;
};

Symbols::Symbols(System system) : modules_(std::make_unique<Modules>(std::move(system))) {}

Symbols::~Symbols() = default;

std::vector<Frame> Symbols::resolve(const std::string& module, std::uint64_t file_offset) {
  if (module == "[vdso]") return {Frame{module, "", 0, 0}};
  if (!is_file(module)) return {Frame{}};
  CodeModule& code = modules_->module(module);
  if (!code.holds_debug_information()) modules_->make_room();
  return code.resolve(file_offset);
}

std::string Symbols::function_name(const std::string& module, std::uint64_t file_offset) {
  if (module == "[vdso]") return module;
  if (!is_file(module)) return {};
  return modules_->module(module).function_name(file_offset);
}

std::string Symbols::data_symbol(const std::string& module, std::uint64_t virtual_address) {
  if (!is_file(module)) return {};
  return modules_->module(module).data_symbol(virtual_address);
}

std::uint64_t Symbols::virtual_address(const std::string& module, std::uint64_t file_offset) {
  if (!module.starts_with('/')) return file_offset;
  return modules_->module(module).virtual_address(file_offset);
}

std::vector<std::uint8_t> Symbols::bytes_before(const std::string& module,
                                                std::uint64_t file_offset, std::size_t count) {
  const auto file =
      is_file(module) ? RegularFile::open(modules_->system.path(module)) : std::nullopt;
  if (!file || file_offset > file->size()) return {};
  const std::uint64_t from = file_offset < count ? 0 : file_offset - count;
  const std::string bytes = file->read_at(from, static_cast<std::size_t>(file_offset - from));
  return {bytes.begin(), bytes.end()};
}

FunctionCode Symbols::function_code(const std::string& module, std::uint64_t file_offset,
                                    std::size_t most) {
  if (!is_file(module)) return {};
  const auto range = modules_->module(module).function_range(file_offset);
  if (!range || range->length == 0 || range->length > most) return {};
  const auto file = RegularFile::open(modules_->system.path(module));
  if (!file) return {};
  const std::string bytes =
      file->read_at(range->file_offset, static_cast<std::size_t>(range->length));
  return {range->file_offset, range->address, {bytes.begin(), bytes.end()}};
}

std::string Symbols::jit_function(int pid, std::uint64_t address) {
  auto found = modules_->jits.find(pid);
  if (found == modules_->jits.end()) {
    const std::string root = "/proc/" + std::to_string(pid) + "/root";
    // Of a process that has ended nothing is there: our own /tmp is the best guess then.
    const bool alive = ::access(modules_->system.path(root).c_str(), F_OK) == 0;
    const std::string map = (alive ? root : "") + "/tmp/perf-" +
                            std::to_string(inner_pid(modules_->system, pid)) + ".map";
    found = modules_->jits.try_emplace(pid, modules_->system.path(map)).first;
  }
  return found->second.name_of(address);
}

}  // namespace bottleneck
