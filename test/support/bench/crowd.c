/* Many processes that do nothing, until standard input ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
  for (int i = count > 1 ? atoi(words[1]) : 0; i > 0; i--) {
    int child = fork();
    if (child < 0) return 1;
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) pause();
  }
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF);
  return 0;
}
