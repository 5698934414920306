// Runs a command under a seccomp filter that refuses perf_event_open, as containers do.
// Usage: refuse_perf [EPERM|EACCES|ENOSYS] COMMAND [ARGUMENT...]
// A launcher of the corpus, no target. Exit status: the command's; 125 the filter failed, 127 no such command.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the architecture's AUDIT_ARCH_ is not known here"
#endif

static int number_of(const char *name) {
  if (strcmp(name, "EPERM") == 0) return EPERM;
  if (strcmp(name, "EACCES") == 0) return EACCES;
  if (strcmp(name, "ENOSYS") == 0) return ENOSYS;
  return 0;
}

static int install(int error) {
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0) return 0;
  // Only root may filter and keep the right to become somebody else by setuid programs.
  if (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

int main(int count, char **words) {
  int error = EPERM;
  int command = 1;
  if (count > 1 && number_of(words[1]) != 0) error = number_of(words[command++]);
  if (command >= count) {
    fprintf(stderr, "usage: %s [EPERM|EACCES|ENOSYS] COMMAND [ARGUMENT...]\n", words[0]);
    return 125;
  }
  if (install(error) != 0) {
    perror("refuse_perf: seccomp");
    return 125;
  }
  execvp(words[command], words + command);
  perror(words[command]);
  return 127;
}
