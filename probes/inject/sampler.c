/* The tier-C sampler: preloaded into the target where the kernel refuses perf events. Maps the
 * launcher's memory (segment.h), picks a real-time signal that nobody uses (never SIGPROF: that may
 * be the target's), and on each tick of a thread's CPU clock writes down registers and call chain.
 * Does nothing at all without BOTTLENECK_SEGMENT, in a setuid program, beside a sanitizer or under
 * a tracer (to gdb each signal is a reason to stop).
 *
 * The handler makes no system call (the target may run under a seccomp filter of its own) but
 * rt_sigreturn, and those that delete its timers once the launcher is done; the clock is read
 * through the vDSO, except where the machine's clock source has none. It touches no errno. From
 * Linux 5.10 on x86 ticks are delivered as task work, so no system call of the target is
 * interrupted; an older kernel may end a slow one with EINTR where SA_RESTART does not apply (poll,
 * nanosleep), if the tick comes just as it falls asleep. */
#define _GNU_SOURCE
#if defined(__x86_64__)

#include "probes/inject/sampler.h"

#include <fcntl.h>
#include <linux/auxvec.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <ucontext.h>

#include "probes/inject/raw_calls.h"
#include "probes/inject/segment_writer.h"

extern char** environ __attribute__((weak));
extern int clock_gettime(clockid_t, struct timespec*) __attribute__((weak));
extern void __asan_init(void) __attribute__((weak));
extern void __hwasan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));
extern void __msan_init(void) __attribute__((weak));

struct sampler sampler;

/* The kernel leaves at least 128 MB below the top of the main stack free of mappings (MIN_GAP in
 * arch/x86/mm/mmap.c); half of that is more than any chain needs. */
#define MOST_MAIN_STACK (UINT64_C(64) << 20)
/* Below what the limit allows, so that reading never has to grow the stack past it. */
#define STACK_SLACK (UINT64_C(64) << 10)
/* Sampling faster than this or slower makes no sense; the header is damaged. */
enum { least_period_ns = 100000, most_period_ns = 1000000000 };
/* Real-time signals, as kernel and libc number them: 32 to 34 belong to the C libraries, programs
 * count from both ends (SIGRTMIN + n, SIGRTMAX - n): from the middle downwards. */
enum { first_signal = 48, last_signal = 36 };

/* What a signal takes of the stack that it is delivered on: the kernel's frame as the kernel says
 * it (AT_MINSIGSTKSZ, from Linux 5.14; else that of AVX-512, without AMX), and the handler below
 * it, the clock's vDSO included. */
enum { unknown_signal_frame = 3632, handler_stack = 1024 };
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

/* As the kernel takes it. */
struct kernel_action {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};
#define KERNEL_SA_RESTORER 0x04000000UL

/* In these very bytes, by which unwinders recognize a signal frame. */
void sampler_restore(void);
__asm__(
    ".pushsection .text\n"
    ".balign 16\n"
    "  nop\n" /* unwinders look one byte before a return address */
    ".hidden sampler_restore\n"
    ".globl sampler_restore\n"
    ".type sampler_restore, @function\n"
    "sampler_restore:\n"
    "  mov $15, %rax\n"
    "  syscall\n"
    ".size sampler_restore, . - sampler_restore\n"
    ".popsection\n");

static uint64_t word_at(uint64_t address) { return *(const uint64_t*)address; }

/* The chain by frame pointers, upwards within the thread's own stack: from the stack pointer to the
 * top all of it is mapped, so this cannot fault whatever the registers hold. */
static uint32_t walk(const struct sampled_thread* thread, struct segment_record* record) {
  const uint64_t top = thread->stack_top, sp = record->registers[7];
  uint64_t bp = record->registers[6], above = sp;
  uint32_t frames = 1;
  record->chain[0] = record->registers[8];
  record->stack_top = 0;
  if (sp < thread->stack_low || top < 16 || sp > top - 8) return frames;
  record->stack_top = word_at(sp);
  while (frames < segment_frames && bp >= above && bp <= top - 16 && bp % 8 == 0) {
    const uint64_t caller = word_at(bp + 8);
    if (caller == 0) break;
    record->chain[frames++] = caller;
    above = bp + 16;
    bp = word_at(bp);
  }
  return frames;
}

static void write_sample(const struct sampled_thread* thread, const siginfo_t* info,
                         const ucontext_t* context) {
  static const int order[segment_registers] = {
      REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_RIP,
      REG_EFL, REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t position;
  struct segment_record* record = segment_claim(sampler.header, &position);
  if (!record) return;
  record->time_ns = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
  record->pid = sampler.pid;
  record->tid = thread->tid;
  record->periods = info->si_overrun < 0 ? 1 : 1 + (uint32_t)info->si_overrun;
  record->reserved = 0;
  for (int i = 0; i < segment_registers; ++i)
    record->registers[i] = (uint64_t)context->uc_mcontext.gregs[order[i]];
  record->frames = walk(thread, record);
  segment_publish(record, position);
}

void sampler_on_signal(int signal, siginfo_t* info, void* context) {
  const uint64_t offset = (uint64_t)info->si_value.sival_ptr - (uint64_t)sampler_threads;
  const int ours = info->si_code == SI_TIMER && offset < sizeof sampler_threads &&
                   offset % sizeof sampler_threads[0] == 0;
  if (ours && __atomic_load_n(&sampler.header->closed, __ATOMIC_ACQUIRE))
    sampler_stop(); /* who outlives the launcher pays for no more ticks */
  else if (ours)
    write_sample(&sampler_threads[offset / sizeof sampler_threads[0]], info, context);
  else
    sampler_forward(signal, info, context);
}

static const char* after(const char* text, const char* prefix) {
  while (*prefix && *text == *prefix) ++text, ++prefix;
  return *prefix ? 0 : text;
}

static const char* setting(const char* name) {
  for (char** entry = &environ ? environ : 0; entry && *entry; ++entry) {
    const char* value = after(*entry, name);
    if (value && *value == '=') return value + 1;
  }
  return 0;
}

struct own_status {
  uint64_t tracer;
  uint64_t seccomp_filters; /* before Linux 5.9 not how many, but the mode */
};

/* 0 where /proc/self/status does not say. */
static struct own_status read_status(void) {
  char text[8192];
  struct own_status found = {0, 0};
  const long size = raw_read_file("/proc/self/status", text, sizeof text - 1);
  text[size < 0 ? 0 : size] = 0;
  for (const char* at = text; *at; ++at) {
    if (at != text && at[-1] != '\n') continue;
    uint64_t* number = &found.tracer;
    const char* value = after(at, "TracerPid:");
    if (!value) number = &found.seccomp_filters, value = after(at, "Seccomp:");
    if (!value) value = after(at, "Seccomp_filters:"); /* comes later, and is preferred */
    if (!value) continue;
    for (*number = 0; *value == '\t' || *value == ' ';) ++value;
    while (*value >= '0' && *value <= '9') *number = *number * 10 + (uint64_t)(*value++ - '0');
  }
  return found;
}

/* In another PID namespace the path may lead to anything, so it has to be our memory by name too. */
static int leads_to_a_segment(const char* path) {
  char link[64];
  const long size = raw_call(__NR_readlink, (long)path, (long)link, sizeof link - 1, 0);
  if (size < 0) return size == -22 /* EINVAL: a file, no link */;
  link[size] = 0;
  return after(link, "/memfd:bottleneck") != 0;
}

static struct segment_header* map_segment(const char* path, uint64_t seccomp_filters) {
  if (path[0] != '/' || !leads_to_a_segment(path)) return 0;
  const long fd =
      raw_call(__NR_openat, AT_FDCWD, (long)path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
  if (fd < 0) return 0;
  struct stat facts;
  long mapped = -1;
  if (raw_call(__NR_fstat, fd, (long)&facts, 0, 0) == 0 && facts.st_size == segment_size)
    mapped = raw_call6(__NR_mmap, 0, segment_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  raw_call(__NR_close, fd, 0, 0, 0);
  if (mapped < 0 && mapped > -4096) return 0;
  struct segment_header* header = (struct segment_header*)mapped;
  if (header->magic == BOTTLENECK_SEGMENT_MAGIC && header->version == segment_version &&
      header->record_size == sizeof(struct segment_record) &&
      header->capacity == segment_capacity && header->period_ns >= least_period_ns &&
      header->period_ns <= most_period_ns && seccomp_filters <= header->seccomp_filters)
    return header;
  raw_call(__NR_munmap, mapped, segment_size, 0, 0);
  return 0;
}

/* Takes a signal that has the default disposition; 0: none is left. */
static int take_signal(void) {
  for (int number = first_signal; number >= last_signal; --number) {
    struct kernel_action action = {0, 0, 0, 0};
    if (raw_call(__NR_rt_sigaction, number, 0, (long)&action, 8) != 0 || action.handler) continue;
    action.handler = sampler_on_signal;
    action.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | KERNEL_SA_RESTORER;
    action.restorer = sampler_restore;
    action.mask = ~UINT64_C(0); /* nothing of the target's runs on top of a half-written record */
    if (raw_call(__NR_rt_sigaction, number, (long)&action, 0, 8) != 0) continue;
    const uint64_t bit = UINT64_C(1) << (number - 1);
    raw_call(__NR_rt_sigprocmask, SIG_UNBLOCK, (long)&bit, 0, 8);
    return number;
  }
  return 0;
}

static void adopt_main(uint64_t top) {
  struct rlimit limit = {0, 0};
  raw_call(__NR_getrlimit, RLIMIT_STACK, (long)&limit, 0, 0);
  uint64_t size = limit.rlim_cur;
  if (size > MOST_MAIN_STACK) size = MOST_MAIN_STACK;
  sampler_adopt_main(size > STACK_SLACK ? top - size + STACK_SLACK : top, top);
}

__attribute__((constructor)) static void start(void) {
  const char* path = setting(BOTTLENECK_SEGMENT_VARIABLE);
  uint64_t auxiliary[128], end_of_stack = 0, secure = 0, signal_frame = unknown_signal_frame;
  if (!path || !*path || !clock_gettime) return;
  if (__asan_init || __hwasan_init || __tsan_init || __msan_init) return;
  const long size = raw_read_file("/proc/self/auxv", auxiliary, sizeof auxiliary);
  if (size < 0) return;
  for (long i = 0; i + 1 < size / 8 && auxiliary[i] != AT_NULL; i += 2) {
    if (auxiliary[i] == AT_EXECFN) end_of_stack = auxiliary[i + 1]; /* the last string there */
    if (auxiliary[i] == AT_SECURE) secure = auxiliary[i + 1];
    if (auxiliary[i] == AT_MINSIGSTKSZ) signal_frame = auxiliary[i + 1];
  }
  const struct own_status status = read_status();
  struct segment_header* header =
      secure || status.tracer ? 0 : map_segment(path, status.seccomp_filters);
  if (!header) return;
  sampler_resolve();
  sampler.signal = take_signal();
  if (sampler.signal == 0) return;
  sampler.pid = (uint32_t)raw_call(__NR_getpid, 0, 0, 0, 0);
  sampler.least_stack = (uint32_t)signal_frame + handler_stack;
  sampler.header = header;
  __atomic_fetch_add(&header->processes, 1, __ATOMIC_RELAXED);
  adopt_main(end_of_stack);
}

#endif
