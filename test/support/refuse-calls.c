/*
 * refuse-calls [CALL[:REQUEST]=ERRNO]... -- COMMAND [ARGUMENT]...
 *
 * Runs a command under a seccomp filter, as containers and units have them: each CALL (of ioctl with this REQUEST, of
 * madvise with this advice, of prctl with this option) is answered by the errno, in the command and in all of its
 * children (seccomp(2), SECCOMP_RET_ERRNO). Needs no right: PR_SET_NO_NEW_PRIVS is set.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static const struct {
  const char *name;
  int number;
} calls[] = {
#define CALL(name) {#name, SYS_##name}
    CALL(mlock),         CALL(mlock2),           CALL(munlock),           CALL(mlockall),        CALL(munlockall),
    CALL(mincore),       CALL(madvise),          CALL(mmap),              CALL(mprotect),        CALL(mremap),
    CALL(msync),         CALL(process_vm_readv), CALL(process_vm_writev), CALL(memfd_create),    CALL(memfd_secret),
    CALL(cachestat),     CALL(fadvise64),        CALL(ioctl),             CALL(prlimit64),       CALL(getrlimit),
    CALL(getrusage),     CALL(pidfd_open),       CALL(process_madvise),   CALL(ptrace),          CALL(userfaultfd),
    CALL(clone),         CALL(clone3),           CALL(capget),            CALL(getrandom),       CALL(sysinfo),
    CALL(ftruncate),     CALL(fallocate),        CALL(prctl),             CALL(statfs),          CALL(fstatfs),
};

static const struct {
  const char *name;
  int number;
} errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EACCES", EACCES}, {"EINVAL", EINVAL}, {"ENOMEM", ENOMEM},
              {"EAGAIN", EAGAIN}, {"ENOTTY", ENOTTY}};

static int wrong(const char *word) {
  fprintf(stderr, "refuse-calls: %s is no CALL[:REQUEST]=ERRNO that it knows\n", word);
  return 2;
}

int main(int argc, char **argv) {
  struct sock_filter filter[512];
  unsigned short length = 0;
  int at = 1;
  for (; at < argc && strcmp(argv[at], "--"); at++) {
    char *answer = strchr(argv[at], '=');
    if (!answer) return wrong(argv[at]);
    char *request = strchr(argv[at], ':');
    size_t named = (size_t)((request ? request : answer) - argv[at]);
    int number = -1, error = -1;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
      if (strlen(calls[i].name) == named && !strncmp(calls[i].name, argv[at], named)) number = calls[i].number;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
      if (!strcmp(errors[i].name, answer + 1)) error = errors[i].number;
    if (number < 0 || error < 0 || length > 500) return wrong(argv[at]);
    const unsigned steps = request ? 3 : 1;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, steps);
    if (request) {
      /* Little-endian: the low half of the argument; an option is the first, a request the second, an advice the third. */
      const unsigned argument = number == SYS_prctl ? 0 : number == SYS_madvise ? 2 : 1;
      filter[length++] =
          (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * argument);
      filter[length++] =
          (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)strtoul(request + 1, NULL, 0), 0, 1);
    }
    filter[length++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA));
  }
  if (at + 1 >= argc) return wrong("a command line without -- COMMAND");
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
    perror("refuse-calls: seccomp");
    return 2;
  }
  execvp(argv[at + 1], argv + at + 1);
  perror(argv[at + 1]);
  return 127;
}
