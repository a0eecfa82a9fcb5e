/* Lets system calls of a process fail, shorten, or end it, for tests: loaded by LD_PRELOAD.

   FAULT_CALLS  the names of the calls that count, with commas: write, pwrite, fsync (and fdatasync), close, rename, link
                (and linkat), ftruncate
   FAULT_AT     which of them, counted from 1, is to fail; 0: none, only count
   FAULT_ERROR  the error's number; 0: the process is killed instead, -1: a write is cut in half, once
   FAULT_LOG    a file to which the number of counted calls is written, at every call
   FAULT_TRACE  a file to which a line is added for each call that changes what a power failure leaves: the name, the
                inode, and the path where a name is given: write, sync, name

   Only descriptors from 3 on count: what is printed is not what is tested. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int count;

static int counts(const char *name) {
  const char *calls = getenv("FAULT_CALLS");
  size_t length = strlen(name);
  while (calls && *calls) {
    const char *end = strchrnul(calls, ',');
    if ((size_t)(end - calls) == length && strncmp(calls, name, length) == 0) return 1;
    calls = *end ? end + 1 : end;
  }
  return 0;
}

/* What is to become of a call: 0 as ever, 1 it fails with errno, -1 it is cut in half. */
static int verdict(const char *name) {
  if (!counts(name)) return 0;
  int number = __sync_add_and_fetch(&count, 1);
  const char *log = getenv("FAULT_LOG");
  if (log) {
    static int (*real_open)(const char *, int, ...);
    static ssize_t (*real_write)(int, const void *, size_t);
    static int (*real_close)(int);
    if (!real_open) real_open = dlsym(RTLD_NEXT, "open");
    if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
    if (!real_close) real_close = dlsym(RTLD_NEXT, "close");
    char text[32];
    int length = snprintf(text, sizeof text, "%d", number);
    int file = real_open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file >= 0) {
      real_write(file, text, length);
      real_close(file);
    }
  }
  const char *at = getenv("FAULT_AT"), *error = getenv("FAULT_ERROR");
  if (!at || atoi(at) != number || !error) return 0;
  int code = atoi(error);
  if (code == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  if (code < 0) return -1;
  errno = code;
  return 1;
}

/* Notes what became of a file: `path` is what it is called from now on, or NULL. */
static void note(const char *what, int file, const char *path) {
  const char *trace = getenv("FAULT_TRACE");
  struct stat status;
  if (!trace || (file >= 0 ? fstat(file, &status) : stat(path, &status)) != 0) return;
  int saved = errno;
  FILE *log = fopen(trace, "a");
  if (log) {
    fprintf(log, "%s %lu %s\n", what, (unsigned long)status.st_ino, path ? path : "");
    fclose(log);
  }
  errno = saved;
}

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = dlsym(RTLD_NEXT, name)

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  int fate = file < 3 ? 0 : verdict("write");
  if (fate > 0) return -1;
  if (file >= 3) note("write", file, NULL);
  return real(file, bytes, fate < 0 && size > 1 ? size / 2 : size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  int fate = verdict("pwrite");
  if (fate > 0) return -1;
  note("write", file, NULL);
  return real(file, bytes, fate < 0 && size > 1 ? size / 2 : size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  return pwrite(file, bytes, size, offset);
}

int fsync(int file) {
  REAL(int, "fsync", int);
  if (verdict("fsync") > 0) return -1;
  note("sync", file, NULL);
  return real(file);
}

int fdatasync(int file) {
  REAL(int, "fdatasync", int);
  if (verdict("fsync") > 0) return -1;
  note("sync", file, NULL);
  return real(file);
}

int close(int file) {
  REAL(int, "close", int);
  int fate = file < 3 ? 0 : verdict("close");
  int saved = errno, result = real(file);
  if (fate <= 0) return result;
  errno = saved;
  return -1;
}

int rename(const char *old, const char *new) {
  REAL(int, "rename", const char *, const char *);
  if (verdict("rename") > 0) return -1;
  int result = real(old, new);
  if (result == 0) note("name", -1, new);
  return result;
}

int link(const char *old, const char *new) {
  REAL(int, "link", const char *, const char *);
  if (verdict("link") > 0) return -1;
  int result = real(old, new);
  if (result == 0) note("name", -1, new);
  return result;
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
  REAL(int, "linkat", int, const char *, int, const char *, int);
  if (verdict("link") > 0) return -1;
  int result = real(from, old, to, new, flags);
  if (result == 0) note("name", -1, new);
  return result;
}

int ftruncate(int file, off_t size) {
  REAL(int, "ftruncate", int, off_t);
  return verdict("ftruncate") > 0 ? -1 : real(file, size);
}
