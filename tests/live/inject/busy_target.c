/* What the preloaded sampler must neither miss nor disturb: a program with one mode per trouble.
 * Prints what the test expects whether it is sampled or not. Usage: busy_target MODE */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* CPU time of this thread, in ms: some ticks at any HZ. */
enum { enough_ms = 60 };

static uint64_t cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

__attribute__((noinline)) static uint64_t spin(int ms) {
  const uint64_t end = cpu_ns() + (uint64_t)ms * 1000000u;
  volatile uint64_t sum = 0;
  while (cpu_ns() < end)
    for (int i = 0; i < 20000; ++i) sum += (uint64_t)i * sum + 1;
  return sum;
}

/* Without the system call that cpu_ns is. */
__attribute__((noinline)) static void spin_silently(void) {
  volatile uint64_t sum = 0;
  for (long i = 0; i < 200000000; ++i) sum += (uint64_t)i;
}

static void say_thread(void) { printf("thread %d\n", (int)syscall(SYS_gettid)); }

static void* return_value(void* value) {
  say_thread();
  spin(enough_ms);
  return value;
}
static void* leave_by_exit(void* value) {
  say_thread();
  spin(enough_ms);
  pthread_exit(value);
}
static void* wait_for_cancel(void* value) {
  (void)value;
  say_thread();
  spin(enough_ms);
  while (1) pause();
  return value;
}
static void* jump_about(void* value) {
  jmp_buf place;
  volatile int times = 0;
  say_thread();
  setjmp(place);
  spin(enough_ms / 4);
  if (++times < 5) longjmp(place, 1);
  return value;
}

static int join(void* (*start)(void*), int cancel, const pthread_attr_t* attributes) {
  pthread_t thread;
  void* value = NULL;
  if (pthread_create(&thread, attributes, start, (void*)42) != 0) return 1;
  if (cancel) {
    usleep(200000);
    pthread_cancel(thread);
  }
  pthread_join(thread, &value);
  return value != (cancel ? PTHREAD_CANCELED : (void*)42);
}

static int threads(void) {
  say_thread();
  spin(enough_ms);
  return join(return_value, 0, NULL) + join(leave_by_exit, 0, NULL) +
         join(wait_for_cancel, 1, NULL) + join(jump_about, 0, NULL);
}

static int small_stacks(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 16384);
  return join(return_value, 0, &attributes) + join(leave_by_exit, 0, &attributes);
}

static void* nothing(void* value) { return value; }
static int many_threads(void) {
  for (int i = 0; i < 10000; ++i)
    if (join(nothing, 0, NULL) != 0) return 1;
  FILE* timers = fopen("/proc/self/timers", "r");
  char line[256];
  int count = 0;
  while (timers && fgets(line, sizeof line, timers)) count += strncmp(line, "ID:", 3) == 0;
  printf("few timers: %s\n", count <= 1 ? "yes" : "no");
  return join(return_value, 0, NULL);
}

static int fork_only(void) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    say_thread();
    spin(enough_ms);
    fflush(stdout);
    _exit(join(return_value, 0, NULL) + fflush(stdout));
  }
  waitpid(child, &status, 0);
  return status;
}

static int fork_exec(const char* self) {
  int status = 0;
  const pid_t child = vfork();
  if (child == 0) {
    execl(self, self, "threads", (char*)NULL);
    _exit(9);
  }
  waitpid(child, &status, 0);
  return status;
}

static void* blocks_everything(void* value) {
  sigset_t all, now;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  sigprocmask(SIG_BLOCK, &all, NULL);
  sigprocmask(SIG_BLOCK, NULL, &now);
  printf("blocked: %d %d\n", sigismember(&now, SIGUSR1), sigismember(&now, SIGTERM));
  return return_value(value);
}
static int blocked_signals(void) {
  return join(blocks_everything, 0, NULL) + (blocks_everything(NULL) != NULL);
}

static volatile sig_atomic_t ticks;
static void count_tick(int number) {
  (void)number;
  errno = 77;
  ++ticks;
}
static int own_sigprof(void) {
  const struct itimerval every = {{0, 10000}, {0, 10000}};
  signal(SIGPROF, count_tick);
  setitimer(ITIMER_PROF, &every, NULL);
  say_thread();
  spin(300);
  printf("SIGPROF: %s\n", ticks > 5 ? "yes" : "no");
  return 0;
}

/* Every real-time signal set, read back, and sent to ourselves. */
static int own_realtime(void) {
  int wrong = 0;
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
    struct sigaction set = {.sa_handler = count_tick}, old, back;
    wrong += sigaction(number, &set, &old) != 0 || old.sa_handler != SIG_DFL;
    wrong += sigaction(number, NULL, &back) != 0 || back.sa_handler != count_tick;
    raise(number);
    wrong += signal(number, SIG_IGN) != count_tick;
  }
  printf("handled %d of %d, %d wrong\n", (int)ticks, SIGRTMAX - SIGRTMIN + 1, wrong);
  say_thread();
  spin(enough_ms);
  return 0;
}

/* The signal that the sampler has taken, which sigaction would not tell; alone the one that it takes
 * first (sampler.c), so that both runs end alike. */
static int sampler_signal(void) {
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
    uint64_t action[4] = {0}; /* as the kernel gives it: the handler first */
    if (syscall(SYS_rt_sigaction, number, NULL, action, 8) == 0 && action[0] != 0) return number;
  }
  return 48;
}

static int killed_by_realtime(void) {
  kill(getpid(), sampler_signal());
  return 3;
}

static int closes_all(void) {
  say_thread();
  fflush(stdout);
  for (int fd = 0; fd < 1024; ++fd) close(fd);
  const int lowest = open("/dev/null", O_RDONLY);
  spin(enough_ms);
  return lowest;
}

static int strict_sandbox(void) {
  say_thread();
  spin(enough_ms);
  fflush(stdout);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return 2;
  spin_silently();
  syscall(SYS_exit, 0);
  return 1;
}

/* Kills for whatever is not named here: not even a signal's return is. */
static int filter_sandbox(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  say_thread();
  spin(enough_ms);
  fflush(stdout);
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 2;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return 2;
  spin_silently();
  _exit(0);
}

static int stops_itself(void) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    say_thread();
    fflush(stdout);
    raise(SIGSTOP);
    spin(enough_ms);
    _exit(0);
  }
  waitpid(child, &status, WUNTRACED);
  kill(child, SIGCONT);
  waitpid(child, &status, 0);
  return status;
}

/* As programs that want no debugger do it; a shell takes each stop of such a child for its end. */
static int traced_child(void) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(4);
    spin(enough_ms);
    _exit(3);
  }
  waitpid(child, &status, 0);
  printf("ended %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
  return 0;
}

/* Nobody but the sampler would ever use it. */
static int small_alternate_stack(void) {
  static char memory[2 * 1024];
  const stack_t small = {.ss_sp = memory, .ss_size = sizeof memory};
  stack_t seen;
  if (sigaltstack(&small, NULL) != 0 || sigaltstack(NULL, &seen) != 0) return 2;
  spin(enough_ms);
  printf("its stack: %d\n", seen.ss_sp == memory);
  fflush(stdout);
  return fork_only();
}

int main(int count, char** words) {
  const char* mode = count > 1 ? words[1] : "";
  const struct {
    const char* name;
    int (*run)(void);
  } modes[] = {{"threads", threads},
               {"small_stacks", small_stacks},
               {"many_threads", many_threads},
               {"fork_only", fork_only},
               {"blocked_signals", blocked_signals},
               {"own_sigprof", own_sigprof},
               {"own_realtime", own_realtime},
               {"killed_by_realtime", killed_by_realtime},
               {"closes_all", closes_all},
               {"strict_sandbox", strict_sandbox},
               {"filter_sandbox", filter_sandbox},
               {"stops_itself", stops_itself},
               {"traced_child", traced_child},
               {"small_alternate_stack", small_alternate_stack}};
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i)
    if (strcmp(mode, modes[i].name) == 0) return modes[i].run();
  if (strcmp(mode, "fork_exec") == 0) return fork_exec(words[0]);
  return 64;
}
