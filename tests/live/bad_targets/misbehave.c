/* Programs that make an observer's life hard, by the first word. Each ends by itself within a
 * second, and prints the same every time: a run under observation has to look like a run alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { nobody = 65534, crowded = 61234 };

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Burns so much CPU time of this process. */
static void burn(double seconds) {
  const double until = seconds_of(CLOCK_PROCESS_CPUTIME_ID) + seconds;
  while (seconds_of(CLOCK_PROCESS_CPUTIME_ID) < until) {
  }
}

static void say(const char *text) {
  (void)!write(1, text, strlen(text));
  (void)!write(2, text, strlen(text));
}

static int stay(char **words) {
  (void)words;
  say("here\n");
  burn(0.1);
  return 3;
}

static int close_all(char **words) {
  (void)words;
  say("closing\n");
  for (int fd = 0; fd < 4096; ++fd) close(fd);
  burn(0.1);
  return open("/dev/null", O_RDONLY) == 0 ? 4 : 99; /* nobody holds the lowest one */
}

static int change_user(char **words) {
  (void)words;
  if (setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0) return 98;
  burn(0.1);
  printf("now %d\n", (int)getuid());
  return 5;
}

static int show_user(char **words) {
  (void)words;
  burn(0.1);
  printf("effective %d\n", (int)geteuid());
  return 6;
}

/* At most 2^6 calls of fork, whatever the limit lets through. */
static void multiply(int depth) {
  for (int i = 0; i < 2 && depth < 6; ++i)
    if (fork() == 0) {
      multiply(depth + 1);
      burn(0.002);
      _exit(0);
    }
  while (wait(NULL) > 0 || errno == EINTR) {
  }
}

static int fork_bomb(char **words) {
  const struct rlimit few = {24, 24};
  (void)words;
  say("many\n");
  if (setresgid(crowded, crowded, crowded) != 0 || setresuid(crowded, crowded, crowded) != 0)
    return 98;
  if (setrlimit(RLIMIT_NPROC, &few) != 0) return 97;
  multiply(0);
  return 7;
}

static int daemonize(char **words) {
  say("parent\n");
  if (fork() != 0) return 8;
  setsid();
  if (fork() != 0) _exit(0);
  for (int fd = 0; fd < 3; ++fd) close(fd);
  usleep(300000);
  close(open(words[0], O_CREAT | O_WRONLY, 0644));
  _exit(0);
}

static int stop_itself(char **words) {
  const pid_t self = getpid();
  (void)words;
  const pid_t waker = fork();
  if (waker == 0) {
    for (int i = 0; i < 20; ++i) { /* again, for the first may come before the stop */
      usleep(50000);
      if (kill(self, SIGCONT) != 0) break;
    }
    _exit(0);
  }
  say("stopping\n");
  raise(SIGSTOP);
  say("continued\n");
  kill(waker, SIGKILL);
  waitpid(waker, NULL, 0);
  burn(0.05);
  return 9;
}

static int trace_child(char **words) {
  int status = 0;
  (void)words;
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    burn(0.1);
    _exit(10);
  }
  while (waitpid(child, &status, 0) == child && WIFSTOPPED(status))
    ptrace(PTRACE_CONT, child, NULL, (void *)(long)(WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status)));
  say("traced\n");
  return WEXITSTATUS(status);
}

/* As programs do that want no debugger: whoever started us is the tracer now, and knows nothing. */
static int ask_to_be_traced(char **words) {
  (void)words;
  burn(0.05);
  printf("traceme %ld\n", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
  burn(0.1);
  return 11;
}

static volatile sig_atomic_t ticks;
static void tick(int signal) {
  (void)signal;
  ++ticks;
}

static int use_sigprof(char **words) {
  const struct itimerval every_10_ms = {{0, 10000}, {0, 10000}};
  struct sigaction action = {0};
  (void)words;
  action.sa_handler = tick;
  sigaction(SIGPROF, &action, NULL);
  setitimer(ITIMER_PROF, &every_10_ms, NULL);
  burn(0.3);
  /* 30 wanted; a slow tick gives fewer, a foreign sampler many more */
  printf("ticks %s\n", ticks >= 10 && ticks <= 36 ? "as asked for" : "wrong");
  return 12;
}

static int overwrite_itself(char **words) {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  (void)words;
  if (size < 0) return 98;
  path[size] = 0;
  say("overwriting\n");
  burn(0.05);
  unlink(path);
  const int fd = open(path, O_CREAT | O_WRONLY, 0755);
  for (int i = 0; i < 4096; ++i) (void)!write(fd, "\x7f" "ELF\xff\xff\xff\xff", 8);
  close(fd);
  burn(0.05);
  return 13;
}

static int count_arguments(char **words) {
  size_t bytes = 0;
  for (; *words; ++words) bytes += strlen(*words);
  burn(0.05);
  printf("%zu bytes\n", bytes);
  return 14;
}

int main(int count, char **words) {
  static const struct {
    const char *name;
    int (*run)(char **);
  } ways[] = {{"stay", stay}, {"close_all", close_all}, {"change_user", change_user}, {"show_user", show_user},
              {"fork_bomb", fork_bomb}, {"daemonize", daemonize}, {"stop_itself", stop_itself},
              {"trace_child", trace_child}, {"ask_to_be_traced", ask_to_be_traced}, {"use_sigprof", use_sigprof},
              {"overwrite_itself", overwrite_itself}, {"count_arguments", count_arguments}};
  for (size_t i = 0; count > 1 && i < sizeof ways / sizeof *ways; ++i)
    if (strcmp(words[1], ways[i].name) == 0) return ways[i].run(words + 2);
  return 96;
}
