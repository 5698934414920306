/* Ends well, if its sanitizer lets it start. */
#include <stdio.h>

int main(void) {
  puts("started");
  return 5;
}
