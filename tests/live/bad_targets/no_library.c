/* Ends with 15 after a while, without any library: builds for 32 bit where there is no 32-bit libc. */
void _start(void) {
  for (volatile int i = 0; i < 60000000; ++i) {
  }
#if defined(__i386__)
  __asm__ volatile("int $0x80" ::"a"(1), "b"(15));
#else
  __asm__ volatile("syscall" ::"a"(60), "D"(15));
#endif
  __builtin_unreachable();
}
