#include "probes/inject/gpu_writer.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace bottleneck::inject {
namespace {

/// Taken from the disk at a time: some 10 000 records.
constexpr std::uint64_t step_bytes = 1 << 20;
constexpr std::uint64_t header_bytes = 4096;
constexpr std::uint64_t names_bytes = step_bytes - header_bytes;
/// Some 600 000 records; what comes later is counted.
constexpr std::uint64_t most_bytes = 64 * step_bytes;
constexpr std::uint64_t least_bytes = 2 * step_bytes;
constexpr std::size_t longest_text = 1000;
/// Name of the folder behind its parent (TraceFolder): the launcher's process, user and namespace
/// of process numbers; then a number that nobody can guess.
constexpr const char* folder_format = "/bottleneck-gpu-%d-%u-%llu-";

std::uint64_t hash_of(const char* text, std::size_t length) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (std::size_t i = 0; i < length; ++i)
    hash = (hash ^ static_cast<unsigned char>(text[i])) * 0x100000001b3;
  return hash | 1;
}

/// A file made longer than RLIMIT_FSIZE ends the process (SIGXFSZ). The program may set the limit
/// at any time, so it is asked each time.
bool within_limit(std::uint64_t end) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
         (limit.rlim_cur == RLIM_INFINITY || end <= limit.rlim_cur);
}

bool write_zeros(int fd, std::uint64_t begin, std::uint64_t end) {
  static const char zeros[4096] = {};
  for (std::uint64_t at = begin; at < end; at += sizeof zeros)
    if (::pwrite(fd, zeros, sizeof zeros, static_cast<off_t>(at)) != ssize_t{sizeof zeros})
      return false;
  return true;
}

/// Blocks of the disk for a part of the file. What is only made longer has none, and touching it
/// ends the process (SIGBUS) if the disk is full then.
bool take_space(int fd, std::uint64_t begin, std::uint64_t end) {
  if (!within_limit(end)) return false;
  for (;;) {
    if (::fallocate(fd, 0, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) == 0)
      return true;
    if (errno == EINTR) continue;
    return (errno == EOPNOTSUPP || errno == ENOSYS) && write_zeros(fd, begin, end);
  }
}

std::uint64_t wanted_bytes() {
  const char* text = ::getenv(gpu_bytes_variable);
  const std::uint64_t asked = text ? ::strtoull(text, nullptr, 10) : most_bytes;
  return asked < least_bytes ? least_bytes : asked < most_bytes ? asked : most_bytes;
}

/// Fork gives a thread another number.
unsigned forks = 0;

/// The target's errno is none of our business.
struct KeptErrno {
  int kept = errno;
  ~KeptErrno() { errno = kept; }
};

/// The folder is made by whoever needs it first, so that programs without a device leave none, even
/// where the launcher is killed. Its name says whose it is (TraceFolder): a process that outlives
/// the launcher, or has become another user, makes none.
bool make_folder(const char* folder) {
  const char* name = std::strrchr(folder, '/');
  int launcher = 0;
  unsigned user = 0;
  unsigned long long numbers = 0;
  if (!name || std::sscanf(name, folder_format, &launcher, &user, &numbers) != 3) return false;
  if (user != ::geteuid()) return false;
  struct stat own {};
  const bool numbered_alike = ::stat("/proc/self/ns/pid", &own) == 0 && own.st_ino == numbers;
  if (numbered_alike && ::kill(launcher, 0) != 0 && errno == ESRCH) return false;
  return ::mkdir(folder, 0700) == 0 || errno == EEXIST;
}

}  // namespace

std::uint64_t gpu_now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint32_t gpu_thread() {
  static thread_local std::uint32_t thread = 0;
  static thread_local unsigned of = 0;
  const unsigned now = __atomic_load_n(&forks, __ATOMIC_RELAXED) + 1;
  if (of != now) {
    thread = static_cast<std::uint32_t>(::syscall(SYS_gettid));
    of = now;
  }
  return thread;
}

void GpuWriter::lock() {
  while (__atomic_exchange_n(&locked_, 1, __ATOMIC_ACQUIRE)) ::sched_yield();
}

bool GpuWriter::is_ours() const { return process_ == static_cast<pid_t>(::syscall(SYS_getpid)); }

bool GpuWriter::open(const char* folder_variable) {
  const KeptErrno keep;
  folder_variable_ = folder_variable;
  lock();
  const bool opened = is_open() || open_file();
  unlock();
  return opened;
}

bool GpuWriter::open_file() {
  const char* folder = ::getenv(folder_variable_);
  process_ = static_cast<pid_t>(::syscall(SYS_getpid));
  if (!folder || folder[0] != '/') return false;
  const int length = std::snprintf(path_, sizeof path_, "%s/%d-%llu.gpu", folder, process_,
                                   static_cast<unsigned long long>(gpu_now_ns()));
  if (length < 0 || static_cast<std::size_t>(length) >= sizeof path_) return false;
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  int fd = ::open(path_, flags, 0600);
  if (fd < 0 && errno == ENOENT && make_folder(folder)) fd = ::open(path_, flags, 0600);
  if (fd < 0) return false;
  const bool mapped = take_space(fd, 0, step_bytes) && map_file(fd);
  ::close(fd);
  return mapped;
}

/// The whole range at once, beyond the end of the file too: it is touched as far as there is space.
bool GpuWriter::map_file(int fd) {
  void* memory = MAP_FAILED;
  for (mapped_ = wanted_bytes(); memory == MAP_FAILED && mapped_ >= least_bytes; mapped_ /= 2) {
    memory = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED) break;
  }
  if (memory == MAP_FAILED) return false;
  base_ = static_cast<unsigned char*>(memory);
  reserved_ = step_bytes;
  full_ = false;
  auto* header = static_cast<GpuFileHeader*>(memory);
  header->version = gpu_file_version;
  header->record_size = sizeof(GpuRecord);
  header->process = static_cast<std::uint32_t>(process_);
  header->opened_ns = gpu_now_ns();
  header->names_offset = header_bytes;
  header->names_size = names_bytes;
  header->names_used = 1;  // 0 is no name
  header->records_offset = step_bytes;
  __atomic_store_n(&header->magic, gpu_file_magic, __ATOMIC_RELEASE);
  __atomic_store_n(&header_, header, __ATOMIC_RELEASE);
  return true;
}

void GpuWriter::after_fork() {
  __atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED);
  if (!header_) return;
  __atomic_store_n(&header_, nullptr, __ATOMIC_RELEASE);
  std::memset(names_, 0, sizeof names_);
  locked_ = 0;  // whoever held it is in the parent
  may_open_ = true;
}

/// The file is opened anew for each step: a descriptor kept open could be closed by the program,
/// and its number become another file's.
bool GpuWriter::grow(std::uint64_t end) {
  const KeptErrno keep;
  lock();
  while (!full_ && reserved_ < end) {
    const std::uint64_t next = reserved_ + step_bytes;
    const int fd = next > mapped_ ? -1 : ::open(path_, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat facts {};
    full_ = fd < 0 || ::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) ||
            !take_space(fd, reserved_, next);
    if (fd >= 0) ::close(fd);
    if (full_) break;
    __atomic_store_n(&reserved_, next, __ATOMIC_RELEASE);
    __atomic_store_n(&header_->capacity, (next - header_->records_offset) / sizeof(GpuRecord),
                     __ATOMIC_RELAXED);
  }
  const bool there = reserved_ >= end;
  unlock();
  return there;
}

GpuRecord* GpuWriter::claim(RecordKind kind) {
  GpuFileHeader* header = __atomic_load_n(&header_, __ATOMIC_ACQUIRE);
  if (!header && may_open_) {
    may_open_ = false;
    open(folder_variable_);
    header = __atomic_load_n(&header_, __ATOMIC_ACQUIRE);
  }
  if (!header) return nullptr;
  const std::uint64_t slot = __atomic_fetch_add(&header->claimed, 1, __ATOMIC_RELAXED);
  const std::uint64_t begin = header->records_offset + slot * sizeof(GpuRecord);
  const std::uint64_t end = begin + sizeof(GpuRecord);
  if (__atomic_load_n(&reserved_, __ATOMIC_ACQUIRE) < end && !grow(end)) {
    __atomic_fetch_add(&header->dropped, 1, __ATOMIC_RELAXED);
    return nullptr;
  }
  auto* record = reinterpret_cast<GpuRecord*>(base_ + begin);
  record->kind = kind;
  return record;
}

std::uint32_t GpuWriter::add_name(const char* text, std::size_t length) {
  const std::uint64_t at = header_->names_used;
  if (at + length + 1 > header_->names_size) return 0;
  std::memcpy(base_ + header_->names_offset + at, text, length);  // the 0 after it lies there
  __atomic_store_n(&header_->names_used, at + length + 1, __ATOMIC_RELEASE);
  return static_cast<std::uint32_t>(at);
}

/// Where the name lies or, free, may lie; null: there are too many.
GpuWriter::Name* GpuWriter::place_of(std::uint64_t hash) {
  for (std::size_t step = 0; step < most_names; ++step) {
    Name& name = names_[(hash + step) % most_names];
    const std::uint64_t found = __atomic_load_n(&name.hash, __ATOMIC_ACQUIRE);
    if (found == 0 || found == hash) return &name;
  }
  return nullptr;
}

std::uint32_t GpuWriter::intern(const char* text) {
  if (!is_open() || !text || !*text) return 0;
  const std::size_t length = ::strnlen(text, longest_text);
  const std::uint64_t hash = hash_of(text, length);
  // What is known is found without the lock; only what is new is added under it.
  Name* name = place_of(hash);
  if (name && __atomic_load_n(&name->hash, __ATOMIC_ACQUIRE) == hash) return name->offset;
  lock();
  name = place_of(hash);
  if (name && name->hash == 0) {
    name->offset = add_name(text, length);
    __atomic_store_n(&name->hash, hash, __ATOMIC_RELEASE);
  }
  unlock();
  return name ? name->offset : 0;
}

void GpuWriter::note(const char* what, int error) {
  GpuRecord* record = claim(RecordKind::note);
  if (!record) return;
  record->start = record->end = gpu_now_ns();
  record->name = intern(what);
  record->call = static_cast<std::uint32_t>(error);
  commit(record);
}

GpuDeviceFacts* GpuWriter::device(std::uint32_t id, bool* is_new) {
  *is_new = false;
  if (!is_open()) return nullptr;
  lock();
  GpuDeviceFacts* found = nullptr;
  for (GpuDeviceFacts& facts : header_->devices) {
    if (facts.valid && facts.id != id) continue;
    *is_new = !facts.valid;
    if (*is_new) facts.valid = 2;  // being filled
    facts.id = id;
    found = &facts;
    break;
  }
  unlock();
  return found;
}

void GpuWriter::add_vendor_dropped(std::uint64_t records) {
  if (is_open()) __atomic_fetch_add(&header_->vendor_dropped, records, __ATOMIC_RELAXED);
}

void GpuWriter::close() {
  if (is_open() && is_ours()) __atomic_store_n(&header_->closed, 1U, __ATOMIC_RELEASE);
}

}  // namespace bottleneck::inject
