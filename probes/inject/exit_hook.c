/* Preloaded beside the CUPTI injection: _exit, _Exit, quick_exit, abort and the exec family skip the
 * exit handlers, and with them what the vendor has not yet handed over. Calls a function that the
 * injection leaves here, if it was loaded at all, and then the real one. Without it nothing
 * happens but one more jump. Calls of libc to itself do not pass here (assert's abort): what is
 * lost then is what happened since the last regular flush. */
#define _GNU_SOURCE
#include "probes/inject/exit_hook.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT void (*bottleneck_before_end)(void) = NULL;

extern char** environ;

static void tell(void) {
  void (*hook)(void) = __atomic_load_n(&bottleneck_before_end, __ATOMIC_ACQUIRE);
  const int kept = errno;
  if (hook) hook();
  errno = kept;
}

typedef void (*ending)(int);
typedef void (*aborting)(void);
typedef int (*executing)(const char*, char* const[], char* const[]);
typedef int (*executing_file)(int, char* const[], char* const[]);

static void* next(const char* name) { return dlsym(RTLD_NEXT, name); }

static void end_at_once(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

EXPORT void _exit(int status) {
  tell();
  end_at_once(status);
  __builtin_unreachable();
}

EXPORT void _Exit(int status) {
  tell();
  end_at_once(status);
  __builtin_unreachable();
}

EXPORT void quick_exit(int status) {
  tell();
  const ending real = (ending)next("quick_exit");
  if (real) real(status);
  end_at_once(status);
  __builtin_unreachable();
}

EXPORT void abort(void) {
  tell();
  const aborting real = (aborting)next("abort");
  if (real) real();
  __builtin_trap();
}

static int fail(void) {
  errno = ENOSYS;
  return -1;
}

static int execute(const char* name, const char* path, char* const words[],
                   char* const settings[]) {
  const executing real = (executing)next(name);
  tell();
  return real ? real(path, words, settings) : fail();
}

EXPORT int execve(const char* path, char* const words[], char* const settings[]) {
  return execute("execve", path, words, settings);
}
EXPORT int execv(const char* path, char* const words[]) {
  return execute("execve", path, words, environ);
}
EXPORT int execvpe(const char* file, char* const words[], char* const settings[]) {
  return execute("execvpe", file, words, settings);
}
EXPORT int execvp(const char* file, char* const words[]) {
  return execute("execvpe", file, words, environ);
}
EXPORT int fexecve(int file, char* const words[], char* const settings[]) {
  const executing_file real = (executing_file)next("fexecve");
  tell();
  return real ? real(file, words, settings) : fail();
}

/* The words of execl and its kin as an array on the caller's stack; `rest` ends behind the null. */
#define COLLECT_WORDS(first, rest)                                        \
  va_list rest, counted;                                                  \
  va_start(rest, first);                                                  \
  va_copy(counted, rest);                                                 \
  size_t count = 1;                                                       \
  while (va_arg(counted, char*)) ++count;                                 \
  va_end(counted);                                                        \
  char** words = (char**)alloca((count + 1) * sizeof(char*));             \
  words[0] = (char*)(size_t)(first);                                      \
  for (size_t i = 1; words[i - 1]; ++i) words[i] = va_arg(rest, char*)

EXPORT int execl(const char* path, const char* word, ...) {
  COLLECT_WORDS(word, rest);
  va_end(rest);
  return execute("execve", path, words, environ);
}
EXPORT int execlp(const char* file, const char* word, ...) {
  COLLECT_WORDS(word, rest);
  va_end(rest);
  return execute("execvpe", file, words, environ);
}
EXPORT int execle(const char* path, const char* word, ...) {
  COLLECT_WORDS(word, rest);
  char** settings = va_arg(rest, char**);
  va_end(rest);
  return execute("execve", path, words, settings);
}
