// The writing end of a file of gpu_record.h, in the target: one file per process, mapped shared, so
// that what was written outlives any death of the process without a reader, a socket or a flush.
// Space is taken from the disk step by step before it is touched: a full disk loses records, which
// are counted, and never ends the target (SIGBUS). Used by several threads at once; no destructor,
// no exception, no library but libc. Does not know what a record means.
#pragma once

#include <sys/types.h>

#include "probes/inject/gpu_record.h"

namespace bottleneck::inject {

/// Without a constructor: an object with static storage is ready before any code runs, and after
/// the last destructor.
class GpuWriter {
 public:
  /// Makes the file in the folder that this variable of the environment names. False: not wanted
  /// here, or not possible; then nothing is recorded.
  bool open(const char* folder_variable);
  /// In the child of a fork: the file is the parent's, its own is made when it first records.
  void after_fork();
  bool is_open() const { return __atomic_load_n(&header_, __ATOMIC_ACQUIRE) != nullptr; }
  /// Whether this process made the file: false in a child that shares our memory (vfork).
  bool is_ours() const;

  /// A zeroed record, the caller's alone until it is committed; null: there is no space, and the
  /// loss is counted.
  GpuRecord* claim(RecordKind);
  static void commit(GpuRecord* record) {
    __atomic_store_n(&record->commit, gpu_committed, __ATOMIC_RELEASE);
  }

  /// The place of this text in the file; 0 for null, for an empty text, and out of space.
  std::uint32_t intern(const char* text);
  /// Something was refused. Units: `error` as the vendor numbers it.
  void note(const char* what, int error);
  /// The place for the facts of the device of this number, or null. New: `is_new` is set, and the
  /// caller fills it and calls finish_device.
  GpuDeviceFacts* device(std::uint32_t id, bool* is_new);
  static void finish_device(GpuDeviceFacts* facts) {
    __atomic_store_n(&facts->valid, 1U, __ATOMIC_RELEASE);
  }
  void add_vendor_dropped(std::uint64_t records);
  /// The last operations have been written.
  void close();

 private:
  struct Name {
    std::uint64_t hash;
    std::uint32_t offset;
  };
  static constexpr std::size_t most_names = 4096;  ///< a power of two

  bool open_file();
  bool map_file(int fd);
  bool grow(std::uint64_t end);
  void lock();
  void unlock() { __atomic_store_n(&locked_, 0, __ATOMIC_RELEASE); }
  Name* place_of(std::uint64_t hash);
  std::uint32_t add_name(const char* text, std::size_t length);

  GpuFileHeader* header_ = nullptr;
  unsigned char* base_ = nullptr;
  std::uint64_t mapped_ = 0;
  std::uint64_t reserved_ = 0;  ///< bytes of the file that are on the disk
  int locked_ = 0;
  bool full_ = false;      ///< no more space: said once, and not asked again
  bool may_open_ = false;  ///< in the child of a fork
  pid_t process_ = 0;
  const char* folder_variable_ = nullptr;
  char path_[512] = {};
  Name names_[most_names] = {};
};

/// Units: ns of CLOCK_MONOTONIC.
std::uint64_t gpu_now_ns();
/// The calling thread, as the kernel numbers it here.
std::uint32_t gpu_thread();

}  // namespace bottleneck::inject
