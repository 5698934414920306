#include "probes/code/kernel_symbols.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <type_traits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/code/regular_file.h"

namespace bottleneck {
namespace {

/// Beyond the last function of a range of modules there is no next symbol to end it. Source: the
/// largest function of a Debian 12 kernel is below 100 kB; BPF programs may have 1 MB.
constexpr std::uint64_t largest_function = 1 << 20;

constexpr std::uint64_t hash_start = 0xcbf29ce484222325;  // FNV-1a, 64 bit
constexpr std::uint64_t hash_factor = 0x100000001b3;

std::uint64_t hash_of(std::string_view bytes, std::uint64_t hash = hash_start) {
  for (; bytes.size() >= sizeof hash; bytes.remove_prefix(sizeof hash)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = (hash ^ word) * hash_factor;
    hash ^= hash >> 32;  // words, not bytes: high bits must reach low ones
  }
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * hash_factor;
  return hash;
}

/// Name and size of each module: the other columns (users, addresses) change while the code stays.
std::uint64_t hash_of_modules(std::string_view modules) {
  std::uint64_t hash = hash_start;
  while (!modules.empty()) {
    const std::string_view line = modules.substr(0, modules.find('\n'));
    const std::size_t name = std::min(line.find(' '), line.size());
    const std::size_t size = std::min(line.find(' ', name + 1), line.size());
    hash = hash_of(line.substr(0, size), hash);
    modules.remove_prefix(std::min(line.size() + 1, modules.size()));
  }
  return hash;
}

std::string_view without_clone_suffix(std::string_view name) {
  constexpr std::array<std::string_view, 5> suffixes = {".isra.", ".constprop.", ".part.", ".cold",
                                                        ".llvm."};
  std::size_t end = name.size();
  for (const std::string_view suffix : suffixes) end = std::min(end, name.find(suffix));
  return end == 0 ? name : name.substr(0, end);
}

struct KernelFunction {
  std::uint64_t address;
  std::string_view name;
};

/// One line: "ffffffff81000000 T _text" or, of a module, "... t name\t[module]". False unless it is
/// code.
bool parse_line(std::string_view line, KernelFunction& function) {
  std::uint64_t address = 0;
  std::size_t i = 0;
  for (; i < line.size() && line[i] != ' '; ++i) {
    const char c = line[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0 || i >= 16) return false;
    address = address << 4 | static_cast<std::uint64_t>(digit);
  }
  constexpr std::size_t type_and_blanks = 3;
  if (line.size() <= i + type_and_blanks || !std::strchr("tTwW", line[i + 1])) return false;
  const std::string_view name = line.substr(i + type_and_blanks);
  function = {address, without_clone_suffix(name.substr(0, name.find('\t')))};
  return !function.name.empty();
}

std::vector<KernelFunction> parse(std::string_view text) {
  std::vector<KernelFunction> functions;
  bool any_address = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    KernelFunction function{};
    if (parse_line(line, function)) {
      functions.push_back(function);
      any_address = any_address || function.address != 0;
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  if (!any_address) functions.clear();
  std::stable_sort(functions.begin(), functions.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
  return functions;
}

/// What KernelSymbols holds: addresses sorted, each with its name, which ends in 0.
struct Table {
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint32_t> offsets;
  std::string names;
};

/// The head of the cache file; the addresses, offsets and names follow without gaps. Only for this
/// machine.
struct CacheHead {
  std::array<char, 8> magic{'b', 'n', 'k', 's', 'y', 'm', '0', '1'};
  std::array<char, 40> boot{};  ///< /proc/sys/kernel/random/boot_id, 36 characters
  std::uint64_t modules = 0;    ///< hash_of_modules
  std::uint64_t functions = 0;
  std::uint64_t name_bytes = 0;
  std::uint64_t body_hash = 0;
};
static_assert(std::is_trivially_copyable_v<CacheHead>);

constexpr std::uint64_t bytes_per_function = sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::uint64_t largest_cache = 256 << 20;

template <typename Value>
std::string_view bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

/// The body of a cache with this key; "" where it is cut, changed, of another user, boot or set of
/// modules.
std::string read_cache(const std::string& path, CacheHead& head) {
  const auto file = RegularFile::open(path);
  if (!file || !file->owned_by_us_alone() || file->size() > largest_cache) return {};
  std::string bytes = file->read_at(0, static_cast<std::size_t>(file->size()));
  CacheHead found;
  if (bytes.size() < sizeof found) return {};
  std::memcpy(&found, bytes.data(), sizeof found);
  bytes.erase(0, sizeof found);
  if (found.magic != head.magic || found.boot != head.boot || found.modules != head.modules)
    return {};
  if (found.functions > bytes.size() || found.name_bytes > bytes.size()) return {};
  if (found.functions * bytes_per_function + found.name_bytes != bytes.size()) return {};
  if (found.body_hash != hash_of(bytes)) return {};
  head = found;
  return bytes;
}

/// Temporary and rename: a reader sees the old file or the whole new one. Failing is no error, only
/// slower next time.
void write_cache(const std::string& directory, const std::string& path, const CacheHead& head,
                 std::string_view body) {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  std::string temporary = path + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
  if (descriptor < 0) return;
  std::string bytes(sizeof head, '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  bytes.append(body);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  const bool closed = ::close(descriptor) == 0;
  if (!closed || done < bytes.size() || ::rename(temporary.c_str(), path.c_str()) != 0)
    ::unlink(temporary.c_str());
}

Table table_of(const std::vector<KernelFunction>& functions) {
  Table table;
  for (const KernelFunction& function : functions) {
    if (!table.addresses.empty() && table.addresses.back() == function.address) continue;
    table.addresses.push_back(function.address);
    table.offsets.push_back(static_cast<std::uint32_t>(table.names.size()));
    table.names.append(function.name).push_back('\0');
  }
  return table;
}

std::string pack(const Table& table, CacheHead& head) {
  std::string body(bytes_of(table.addresses));
  body.append(bytes_of(table.offsets)).append(table.names);
  head.functions = table.addresses.size();
  head.name_bytes = table.names.size();
  head.body_hash = hash_of(body);
  return body;
}

std::optional<Table> unpack(const std::string& body, const CacheHead& head) {
  if (body.empty() || body.back() != '\0' || head.functions == 0) return std::nullopt;
  Table table;
  table.addresses.resize(head.functions);
  table.offsets.resize(head.functions);
  const std::size_t address_bytes = head.functions * sizeof table.addresses[0];
  std::memcpy(table.addresses.data(), body.data(), address_bytes);
  std::memcpy(table.offsets.data(), body.data() + address_bytes,
              head.functions * sizeof table.offsets[0]);
  table.names = body.substr(head.functions * bytes_per_function);
  const auto fits = [&](std::uint32_t offset) { return offset < table.names.size(); };
  if (!std::all_of(table.offsets.begin(), table.offsets.end(), fits)) return std::nullopt;
  return table;
}

}  // namespace

KernelSymbols KernelSymbols::load(const System& system, const std::string& cache_directory) {
  KernelSymbols symbols;
  const auto take = [&symbols](Table table) {
    symbols.addresses_ = std::move(table.addresses);
    symbols.offsets_ = std::move(table.offsets);
    symbols.names_ = std::move(table.names);
    return symbols;
  };
  CacheHead head;
  const std::string boot = system.read("/proc/sys/kernel/random/boot_id").value_or("");
  boot.copy(head.boot.data(), head.boot.size());
  head.modules = hash_of_modules(system.read("/proc/modules").value_or(""));
  const bool cached = !cache_directory.empty() && !boot.empty();
  const std::string path = cache_directory + "/kernel_symbols";
  if (cached)
    if (auto table = unpack(read_cache(path, head), head)) return take(std::move(*table));
  Table table = table_of(parse(system.read("/proc/kallsyms").value_or("")));
  if (cached && !table.addresses.empty()) {
    const std::string body = pack(table, head);
    write_cache(cache_directory, path, head, body);
  }
  return take(std::move(table));
}

std::string_view KernelSymbols::name_of(std::uint64_t address) const {
  const auto after = std::upper_bound(addresses_.begin(), addresses_.end(), address);
  if (after == addresses_.begin() || address - *std::prev(after) > largest_function) return {};
  const auto index = static_cast<std::size_t>(after - addresses_.begin()) - 1;
  return names_.c_str() + offsets_[index];
}

std::string cache_directory() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/')
    return std::string(cache) + "/bottleneck";
  if (const char* home = std::getenv("HOME"); home && *home == '/')
    return std::string(home) + "/.cache/bottleneck";
  return {};
}

}  // namespace bottleneck
