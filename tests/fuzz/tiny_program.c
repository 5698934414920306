/* The smallest program with an inlined call, a static function and data: seeds of fuzz_elf. */
static int counted[4];
int shown = 7;

static inline int twice(int value) { return value + value; }

static __attribute__((noinline)) int count(int value) {
  for (int i = 0; i < 4; ++i) counted[i] += twice(value) + i;
  return counted[value & 3];
}

void _start(void) {
  shown = count(shown);
  for (;;) __asm__ volatile("pause");
}
