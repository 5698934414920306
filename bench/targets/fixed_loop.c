/* fixed_loop ROUNDS: a chain of multiplications, the same work each time. What scripts/gate-check compares. */
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words) {
  unsigned long rounds = count > 1 ? strtoul(words[1], NULL, 10) : 1000000, x = 1;
  for (unsigned long i = 0; i < rounds; ++i) x = x * 6364136223846793005UL + 1442695040888963407UL;
  printf("%d\n", x != 0);
  return 0;
}
