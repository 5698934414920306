// System calls without a libc, for the sampler (sampler.h): a number, up to six arguments, a result
// that is -errno on failure. Touches no errno of the target. x86-64 only.
#pragma once

#include <asm/unistd.h>
#include <stdint.h>

static inline long raw_call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static inline long raw_call(long number, long a, long b, long c, long d) {
  return raw_call6(number, a, b, c, d, 0, 0);
}

/* At most `size` bytes from the beginning of a file; negative: it cannot be read. */
static inline long raw_read_file(const char* path, void* bytes, long size) {
  const long fd =
      raw_call(__NR_openat, -100 /* AT_FDCWD */, (long)path, 02000000 /* O_CLOEXEC */, 0);
  if (fd < 0) return fd;
  long have = 0, got = 0;
  while (have < size && (got = raw_call(__NR_read, fd, (long)bytes + have, size - have, 0)) > 0)
    have += got;
  raw_call(__NR_close, fd, 0, 0, 0);
  return got < 0 ? got : have;
}
