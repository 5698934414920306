/* One timer per thread of the target, on that thread's own CPU clock, made as the thread starts and
 * deleted as it ends, however it ends (a key's destructor runs at return, pthread_exit and
 * cancellation). Interposes pthread_create. Threads made by clone or by libc itself get none. */
#define _GNU_SOURCE
#if defined(__x86_64__)

#include "probes/inject/sampler.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#include "probes/inject/raw_calls.h"

#pragma weak pthread_attr_destroy
#pragma weak pthread_attr_getguardsize
#pragma weak pthread_attr_getstacksize
#pragma weak pthread_attr_init
extern int pthread_atfork(void (*)(void), void (*)(void), void (*)(void)) __attribute__((weak));
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void*)
    __attribute__((weak));
extern int pthread_key_create(pthread_key_t*, void (*)(void*)) __attribute__((weak));
extern int pthread_setspecific(pthread_key_t, const void*) __attribute__((weak));

typedef void* (*thread_start)(void*);
typedef int (*create_function)(pthread_t*, const pthread_attr_t*, thread_start, void*);

/* A thread with less stack than this gets another one for our signal: the kernel's frame alone has
 * 3 to 11 KB (AVX-512, AMX), which a program with so little may not have left for us. */
enum { small_stack = 64 << 10, alternate_stack_size = 64 << 10, page_size = 4096 };

struct sampled_thread sampler_threads[sampler_most_threads];
static uint32_t taken[sampler_most_threads];
static uint32_t ever_taken; /* entries from here on were never used */
static __thread struct sampled_thread* mine;
static pthread_key_t end_key;
static int end_key_made; /* 0 no, 1 being made, 2 yes */

static struct sampled_thread* take_entry(void) {
  for (uint32_t i = 0; i < sampler_most_threads; ++i) {
    if (__atomic_load_n(&taken[i], __ATOMIC_RELAXED)) continue;
    if (__atomic_exchange_n(&taken[i], 1, __ATOMIC_ACQUIRE)) continue;
    uint32_t ever = __atomic_load_n(&ever_taken, __ATOMIC_RELAXED);
    while (ever < i + 1 && !__atomic_compare_exchange_n(&ever_taken, &ever, i + 1, 0,
                                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    sampler_threads[i] = (struct sampled_thread){.timer = -1};
    return &sampler_threads[i];
  }
  return 0;
}

static void give_back(struct sampled_thread* thread) {
  __atomic_store_n(&taken[thread - sampler_threads], 0, __ATOMIC_RELEASE);
}

static void count_without_timer(void) {
  __atomic_fetch_add(&sampler.header->without_timer, 1, __ATOMIC_RELAXED);
}

static int is_stopped(void) { return __atomic_load_n(&sampler.stopped, __ATOMIC_ACQUIRE); }

/* In the thread itself. */
static void arm(struct sampled_thread* thread) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = sampler.signal};
  const long period = (long)sampler.header->period_ns;
  const struct itimerspec every = {{period / 1000000000, period % 1000000000},
                                   {period / 1000000000, period % 1000000000}};
  thread->timer = -1;
  if (is_stopped() || thread->left_alone) return count_without_timer();
  thread->tid = (uint32_t)raw_call(__NR_gettid, 0, 0, 0, 0);
  event.sigev_value.sival_ptr = thread;
  event._sigev_un._tid = (int)thread->tid;
  int timer = -1;
  if (raw_call(__NR_timer_create, CLOCK_THREAD_CPUTIME_ID, (long)&event, (long)&timer, 0) != 0)
    return count_without_timer(); /* RLIMIT_SIGPENDING counts timers too */
  __atomic_store_n(&thread->timer, timer, __ATOMIC_RELEASE);
  if (raw_call(__NR_timer_settime, timer, 0, (long)&every, 0) != 0) count_without_timer();
}

static void disarm(struct sampled_thread* thread) {
  const int timer = __atomic_exchange_n(&thread->timer, -1, __ATOMIC_ACQ_REL);
  if (timer >= 0) raw_call(__NR_timer_delete, timer, 0, 0, 0);
}

static void drop_alternate_stack(struct sampled_thread* thread) {
  stack_t now = {0}, none = {.ss_flags = SS_DISABLE};
  if (thread->alternate_stack == 0) return;
  if (raw_call(__NR_sigaltstack, 0, (long)&now, 0, 0) != 0) return;
  if ((uint64_t)now.ss_sp == thread->alternate_stack &&
      raw_call(__NR_sigaltstack, (long)&none, 0, 0, 0) != 0)
    return; /* we run on it */
  raw_call(__NR_munmap, (long)thread->alternate_stack, alternate_stack_size, 0, 0);
}

static void on_thread_end(void* entry) {
  struct sampled_thread* thread = entry;
  if (!is_stopped()) {
    disarm(thread);
    drop_alternate_stack(thread);
  }
  mine = 0;
  give_back(thread);
}

/* The key through which we learn of a thread's end; without it a thread gets no timer. */
static int have_end_key(void) {
  int state = 0;
  if (!pthread_key_create || !pthread_setspecific) return 0;
  if (__atomic_compare_exchange_n(&end_key_made, &state, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
    __atomic_store_n(&end_key_made, pthread_key_create(&end_key, on_thread_end) == 0 ? 2 : 1,
                     __ATOMIC_RELEASE);
  return __atomic_load_n(&end_key_made, __ATOMIC_ACQUIRE) == 2;
}

static void take_alternate_stack(struct sampled_thread* thread) {
  const long memory = raw_call6(__NR_mmap, 0, alternate_stack_size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return;
  const stack_t stack = {.ss_sp = (void*)memory, .ss_size = alternate_stack_size};
  thread->alternate_stack = (uint64_t)memory;
  if (raw_call(__NR_sigaltstack, (long)&stack, 0, 0, 0) != 0) drop_alternate_stack(thread);
}

/* The thread's control block lies at the top of its stack, above all frames, in glibc and musl. How
 * far below it the stack ends is known only roughly; the guard and a page more are left out. */
static void find_stack(struct sampled_thread* thread) {
  uint64_t control_block;
  const uint64_t here = (uint64_t)__builtin_frame_address(0);
  __asm__("mov %%fs:0, %0" : "=r"(control_block));
  const uint64_t unsure = thread->guard_size + page_size;
  if (thread->stack_size <= unsure || thread->stack_size > control_block) return;
  const uint64_t low = control_block - thread->stack_size + unsure;
  if (here < low || here >= control_block) return; /* its stack is elsewhere */
  thread->stack_low = low;
  thread->stack_top = control_block;
}

static void* run_thread(void* entry) {
  struct sampled_thread* thread = entry;
  const thread_start start = thread->start;
  void* argument = thread->argument;
  find_stack(thread);
  if (pthread_setspecific(end_key, thread) != 0) {
    count_without_timer();
    give_back(thread);
    return start(argument);
  }
  mine = thread;
  if (!is_stopped() && thread->stack_size < small_stack) take_alternate_stack(thread);
  if (thread->stack_size >= small_stack || thread->alternate_stack != 0)
    arm(thread);
  else
    count_without_timer();
  return start(argument);
}

static void read_attributes(struct sampled_thread* thread, const pthread_attr_t* attributes) {
  pthread_attr_t defaults;
  size_t stack = 0, guard = 0;
  if (!pthread_attr_getstacksize || !pthread_attr_getguardsize || !pthread_attr_init ||
      !pthread_attr_destroy)
    return;
  if (!attributes && pthread_attr_init(&defaults) != 0) return;
  const pthread_attr_t* asked = attributes ? attributes : &defaults;
  if (pthread_attr_getstacksize(asked, &stack) == 0) thread->stack_size = stack;
  if (pthread_attr_getguardsize(asked, &guard) == 0) thread->guard_size = guard;
  if (!attributes) pthread_attr_destroy(&defaults);
}

SAMPLER_EXPORT int pthread_create(pthread_t* made, const pthread_attr_t* attributes,
                                  thread_start start, void* argument) {
  static create_function real;
  create_function create = __atomic_load_n(&real, __ATOMIC_RELAXED);
  if (!create) create = (create_function)sampler_next("pthread_create");
  if (!create) return EAGAIN;
  __atomic_store_n(&real, create, __ATOMIC_RELAXED);
  if (!sampler.header) return create(made, attributes, start, argument);
  struct sampled_thread* thread = have_end_key() ? take_entry() : 0;
  if (!thread) {
    count_without_timer();
    return create(made, attributes, start, argument);
  }
  thread->start = start;
  thread->argument = argument;
  read_attributes(thread, attributes);
  const int failed = create(made, attributes, run_thread, thread);
  if (failed) give_back(thread);
  return failed;
}

/* fork copied the caller's thread alone, and no timers. A thread that had none goes on without. */
static void in_child(void) {
  if (!sampler.header || is_stopped()) return;
  for (uint32_t i = 0; i < ever_taken; ++i)
    if (&sampler_threads[i] != mine) taken[i] = 0;
  sampler.pid = (uint32_t)raw_call(__NR_getpid, 0, 0, 0, 0);
  __atomic_fetch_add(&sampler.header->processes, 1, __ATOMIC_RELAXED);
  if (mine)
    arm(mine);
  else
    count_without_timer();
}

void sampler_adopt_main(uint64_t low, uint64_t top) {
  struct sampled_thread* thread = take_entry();
  thread->stack_low = low;
  thread->stack_top = top;
  if (__register_atfork)
    __register_atfork(0, 0, in_child, 0);
  else if (pthread_atfork)
    pthread_atfork(0, 0, in_child);
  if (have_end_key()) pthread_setspecific(end_key, thread);
  mine = thread;
  arm(thread);
}

void sampler_leave_thread(void) {
  if (!mine || mine->left_alone || is_stopped()) return;
  mine->left_alone = 1;
  disarm(mine);
  count_without_timer();
}

void sampler_stop(void) {
  if (!sampler.header || __atomic_exchange_n(&sampler.stopped, 1, __ATOMIC_ACQ_REL)) return;
  for (uint32_t i = 0; i < __atomic_load_n(&ever_taken, __ATOMIC_RELAXED); ++i)
    if (__atomic_load_n(&taken[i], __ATOMIC_ACQUIRE)) disarm(&sampler_threads[i]);
}

#endif
