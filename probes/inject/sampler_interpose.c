/* The libc functions that could switch the sampler off without meaning it, interposed: masks that
 * would block our signal, handlers for its number, sandboxes, whose filters may kill for any system
 * call, and PTRACE_TRACEME, after which each signal stops the process until its parent says go on:
 * before one is set all our timers go. Whatever else is asked passes through. */
#define _GNU_SOURCE
#if defined(__x86_64__)

#include "probes/inject/sampler.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <ucontext.h>

#include "probes/inject/raw_calls.h"

extern void* dlsym(void*, const char*) __attribute__((weak));
/* In glibc before 2.34 dlsym may be absent, and pthread_create is in a library of its own. */
extern void* __libc_dlsym(void*, const char*) __attribute__((weak));
extern void* __libc_dlopen_mode(const char*, int) __attribute__((weak));
extern int* __errno_location(void) __attribute__((weak));

enum { dlopen_mode_private = (int)0x80000002 }; /* RTLD_NOW, and __RTLD_DLOPEN of glibc */

void* sampler_next(const char* name) {
  void* found = dlsym ? dlsym(RTLD_NEXT, name) : 0;
  if (found || dlsym || !__libc_dlsym || !__libc_dlopen_mode) return found;
  static const char* const libraries[] = {"libpthread.so.0", "libc.so.6"};
  for (int i = 0; i < 2 && !found; ++i) {
    void* library = __libc_dlopen_mode(libraries[i], dlopen_mode_private);
    if (library) found = __libc_dlsym(library, name);
  }
  return found;
}

/* Resolved when first used, or as the sampler starts: dlsym in a signal handler of the target would
 * be unsafe. */
static void* resolve(void** cache, const char* name) {
  void* found = __atomic_load_n(cache, __ATOMIC_RELAXED);
  if (!found) __atomic_store_n(cache, found = sampler_next(name), __ATOMIC_RELAXED);
  return found;
}

static int fail(int error) {
  if (__errno_location) *__errno_location() = error;
  return -1;
}

typedef int (*mask_function)(int, const sigset_t*, sigset_t*);
typedef int (*action_function)(int, const struct sigaction*, struct sigaction*);
typedef sighandler_t (*signal_function)(int, sighandler_t);
typedef long (*ptrace_function)(int, int, void*, void*);
static void *real_sigprocmask, *real_pthread_sigmask, *real_sigaction, *real_signal, *real_ptrace;

void sampler_resolve(void) {
  resolve(&real_sigprocmask, "sigprocmask");
  resolve(&real_pthread_sigmask, "pthread_sigmask");
  resolve(&real_sigaction, "sigaction");
  resolve(&real_signal, "signal");
  resolve(&real_ptrace, "ptrace");
}

/* The caller's set without our signal, where it would be blocked. Only the kernel's 8 bytes are
 * looked at: some callers have no more. */
static const sigset_t* without_ours(int how, const sigset_t* set, sigset_t* copy) {
  if (!sampler.header || !set || how == SIG_UNBLOCK) return set;
  *copy = (sigset_t){{0}};
  copy->__val[0] = set->__val[0] & ~(UINT64_C(1) << (sampler.signal - 1));
  return copy;
}

SAMPLER_EXPORT int sigprocmask(int how, const sigset_t* set, sigset_t* old) {
  sigset_t copy;
  mask_function real = (mask_function)resolve(&real_sigprocmask, "sigprocmask");
  return real ? real(how, without_ours(how, set, &copy), old) : fail(ENOSYS);
}

SAMPLER_EXPORT int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) {
  sigset_t copy;
  mask_function real = (mask_function)resolve(&real_pthread_sigmask, "pthread_sigmask");
  return real ? real(how, without_ours(how, set, &copy), old) : ENOSYS;
}

static int is_ours(int number) { return sampler.header && number == sampler.signal; }

SAMPLER_EXPORT int sigaction(int number, const struct sigaction* set, struct sigaction* old) {
  if (is_ours(number)) {
    const struct sigaction before = sampler.pretended;
    if (set) sampler.pretended = *set;
    if (old) *old = before;
    return 0;
  }
  action_function real = (action_function)resolve(&real_sigaction, "sigaction");
  return real ? real(number, set, old) : fail(ENOSYS);
}

SAMPLER_EXPORT sighandler_t signal(int number, sighandler_t handler) {
  if (is_ours(number)) {
    const sighandler_t before = sampler.pretended.sa_handler;
    sampler.pretended = (struct sigaction){.sa_handler = handler, .sa_flags = SA_RESTART};
    return before;
  }
  signal_function real = (signal_function)resolve(&real_signal, "signal");
  if (real) return real(number, handler);
  fail(ENOSYS);
  return SIG_ERR;
}

void sampler_forward(int number, siginfo_t* info, void* context) {
  const struct sigaction target = sampler.pretended;
  const uint64_t default_action[4] = {0};
  if (target.sa_flags & SA_SIGINFO) return target.sa_sigaction(number, info, context);
  if (target.sa_handler == SIG_IGN) return;
  if (target.sa_handler != SIG_DFL) return target.sa_handler(number);
  /* It would have ended the process: so it does, as soon as we return and it is unblocked. */
  raw_call(__NR_rt_sigaction, number, (long)default_action, 0, 8);
  raw_call(__NR_tgkill, raw_call(__NR_getpid, 0, 0, 0, 0), raw_call(__NR_gettid, 0, 0, 0, 0),
           number, 0);
}

/* Whether the call puts a sandbox on, or hands us to a tracer; those that only ask what is
 * supported (libseccomp does) pass no filter. */
__attribute__((used, visibility("hidden"))) void sampler_before_call(long number, long first,
                                                                     long second, long third) {
  const int strict = number == __NR_seccomp ? first == SECCOMP_SET_MODE_STRICT && second == 0
                                            : second == SECCOMP_MODE_STRICT;
  const int filter = number == __NR_seccomp ? first == SECCOMP_SET_MODE_FILTER && third != 0
                                            : second == SECCOMP_MODE_FILTER && third != 0;
  if (number == __NR_prctl && first != PR_SET_SECCOMP) return;
  if (number == __NR_ptrace) {
    /* Debuggers' children say it between vfork and exec: their memory is the parent's. */
    const long pid = first == PTRACE_TRACEME ? raw_call(__NR_getpid, 0, 0, 0, 0) : 0;
    if (pid != 0 && pid == (long)sampler.pid) sampler_stop();
    return;
  }
  if (strict || filter) sampler_stop();
}

SAMPLER_EXPORT int prctl(int option, unsigned long second, unsigned long third,
                         unsigned long fourth, unsigned long fifth) {
  sampler_before_call(__NR_prctl, option, (long)second, (long)third);
  const long result = raw_call6(__NR_prctl, option, (long)second, (long)third, (long)fourth,
                                (long)fifth, 0);
  return result < 0 ? fail((int)-result) : (int)result;
}

/* Without the dots of its declaration: integers and pointers are passed in the same registers. */
SAMPLER_EXPORT long ptrace(int request, int pid, void* address, void* data) {
  sampler_before_call(__NR_ptrace, request, pid, 0);
  ptrace_function real = (ptrace_function)resolve(&real_ptrace, "ptrace");
  return real ? real(request, pid, address, data) : fail(ENOSYS);
}

/* Our handler must run on alternate stacks (Go's threads have no other room for it), and on one
 * that is too small for it the kernel ends the program. */
SAMPLER_EXPORT int sigaltstack(const stack_t* set, stack_t* old) {
  if (sampler.header && set && !(set->ss_flags & SS_DISABLE) && set->ss_size < sampler.least_stack)
    sampler_leave_thread();
  const long result = raw_call(__NR_sigaltstack, (long)set, (long)old, 0, 0);
  return result < 0 ? fail((int)-result) : 0;
}

/* syscall(3), instruction for instruction as in glibc: a clone through it may come back on another
 * stack, which a function of C would not survive. */
__asm__(
    ".pushsection .text\n"
    ".balign 16\n"
    ".globl syscall\n"
    ".type syscall, @function\n"
    "syscall:\n"
    "  .cfi_startproc\n"
    "  cmp $317, %rdi\n" /* seccomp */
    "  je 1f\n"
    "  cmp $101, %rdi\n" /* ptrace */
    "  je 1f\n"
    "  cmp $157, %rdi\n" /* prctl */
    "  jne 2f\n"
    "1: push %rdi; push %rsi; push %rdx; push %rcx; push %r8; push %r9; push %rax\n"
    "  .cfi_adjust_cfa_offset 56\n"
    "  call sampler_before_call\n"
    "  pop %rax; pop %r9; pop %r8; pop %rcx; pop %rdx; pop %rsi; pop %rdi\n"
    "  .cfi_adjust_cfa_offset -56\n"
    "2: mov %rdi, %rax\n"
    "  mov %rsi, %rdi\n"
    "  mov %rdx, %rsi\n"
    "  mov %rcx, %rdx\n"
    "  mov %r8, %r10\n"
    "  mov %r9, %r8\n"
    "  mov 8(%rsp), %r9\n"
    "  syscall\n"
    "  cmp $-4095, %rax\n"
    "  jae 3f\n"
    "  ret\n"
    "3: push %rax\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  call *__errno_location@GOTPCREL(%rip)\n"
    "  pop %rcx\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  neg %ecx\n"
    "  mov %ecx, (%rax)\n"
    "  mov $-1, %rax\n"
    "  ret\n"
    "  .cfi_endproc\n"
    ".size syscall, . - syscall\n"
    ".popsection\n");

#endif
