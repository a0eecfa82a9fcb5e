/* Saves and loads arrays through the interface for C: see Sources/CNumPyIO/include/numpyio.h.

   Run with the path of a folder to write to. Exits with 0 if all that it reads is what it has written. */
#include <numpyio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static npyio_error error;

/* Ends the program where a call failed that should not. */
static void check(npyio_status status, const char *what) {
  if (status == NPYIO_OK) return;
  fprintf(stderr, "%s: %s: %s (%s, byte %lld)\n", what, error.name, error.message, error.file ? error.file : "no file",
          (long long)error.offset);
  npyio_error_clear(&error);
  exit(1);
}

static void require(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  exit(1);
}

/* Saves an array and loads it again. */
static void save_and_load(const char *path) {
  double values[2][3] = {{1, 2, 3}, {4, 5, 6}};
  int64_t shape[] = {2, 3};
  npyio_view view = {values, "'<f8'", 2, shape, NULL};
  check(npyio_save(&view, path, NPYIO_FAST, NULL, &error), "save");
  check(npyio_append(&view, path, NULL, &error), "append");

  npyio_array *array;
  npyio_info info;
  check(npyio_load(path, NPYIO_READ, NULL, NULL, &array, &error), "load");
  check(npyio_array_info(array, &info, &error), "info");
  printf("%s: %s, %lld x %lld, last element %g\n", path, info.descr, (long long)info.shape[0], (long long)info.shape[1],
         ((double *)info.data)[11]);
  require(info.ndim == 2 && info.shape[0] == 4 && memcmp(info.data, values, sizeof values) == 0, "what was saved is loaded");
  npyio_free(array);
}

/* Reads a part of an array: its last column, backwards. */
static void read_part(const char *path) {
  npyio_source *source;
  npyio_file *file;
  npyio_array *part;
  npyio_info info;
  npyio_index indices[] = {{NPYIO_SLICE, 0, 0, 0, -1}, {NPYIO_INDEX, 0, -1, 0, 0}};
  check(npyio_source_path(path, &source, &error), "open");
  check(npyio_file_open(source, 0, NULL, &file, &error), "read the header");
  npyio_free(source);
  check(npyio_file_slice(file, indices, 2, NULL, &part, &error), "read a part");
  check(npyio_array_info(part, &info, &error), "info");
  require(info.ndim == 1 && ((double *)info.data)[0] == 6, "array[::-1, -1] begins with 6");
  npyio_free(part);
  npyio_free(file);
}

/* Writes an archive and reads its members. */
static void archive(const char *path) {
  int32_t counts[1000];
  for (int place = 0; place < 1000; ++place) counts[place] = place / 10;
  int64_t shape[] = {1000};
  npyio_view view = {counts, "<i4", 1, shape, NULL};
  const char *names[] = {"counts"};
  npyio_writer *writer;
  check(npyio_writer_create(path, NPYIO_DEFLATE, NPYIO_FAST, &writer, &error), "begin an archive");
  check(npyio_writer_add(writer, names, &view, 1, NULL, &error), "add an array");
  check(npyio_writer_add_bytes(writer, "notes.txt", "hello", 5, &error), "add a text");
  check(npyio_writer_close(writer, NULL, &error), "complete the archive");
  npyio_free(writer);

  npyio_source *source;
  npyio_archive *opened;
  const npyio_member *members;
  int64_t count;
  check(npyio_source_path(path, &source, &error), "open");
  check(npyio_archive_open(source, NULL, &opened, &error), "read the directory");
  npyio_free(source);
  check(npyio_archive_members(opened, 0, &members, &count, &error), "list the members");
  for (int64_t place = 0; place < count; ++place)
    printf("%s: %s, %lld bytes of %lld\n", path, members[place].name, (long long)members[place].compressed_size,
           (long long)members[place].uncompressed_size);
  npyio_array *array;
  npyio_info info;
  check(npyio_archive_read(opened, 0, NULL, &array, &error), "read a member");
  check(npyio_array_info(array, &info, &error), "info");
  require(info.byte_count == (int64_t)sizeof counts && memcmp(info.data, counts, sizeof counts) == 0, "the member is equal");
  npyio_free(array);
  npyio_free(opened);
}

static int32_t refuse(void *context, const npyio_progress *progress) {
  (void)progress;
  ++*(int *)context;
  return 0;
}

/* What goes wrong is told, and nothing ends the program. */
static void errors(const char *folder, const char *path) {
  npyio_array *array = NULL;
  npyio_info info;
  require(npyio_load(folder, NPYIO_READ, NULL, NULL, &array, &error) == NPYIO_WRONG_KIND && array == NULL, "a folder");
  printf("a folder: %s: %s\n", error.name, error.message);
  npyio_error_clear(&error);
  require(npyio_load(NULL, NPYIO_READ, NULL, NULL, &array, NULL) == NPYIO_BAD_ARGUMENT, "no path");
  require(npyio_load(path, 99, NULL, NULL, &array, NULL) == NPYIO_BAD_ARGUMENT, "no such mode");
  require(npyio_load(path, NPYIO_READ, NULL, NULL, NULL, NULL) == NPYIO_BAD_ARGUMENT, "no place for the result");
  require(npyio_array_info(NULL, &info, NULL) == NPYIO_BAD_ARGUMENT, "no handle");

  npyio_source *source;
  check(npyio_source_path(path, &source, &error), "open");
  require(npyio_array_info((npyio_array *)source, &info, NULL) == NPYIO_BAD_ARGUMENT, "a handle of another kind");
  npyio_free(source);

  int64_t shape[] = {INT64_MAX, 16};
  double value = 1;
  npyio_view huge = {&value, "<f8", 2, shape, NULL};
  require(npyio_save(&huge, path, NPYIO_FAST, NULL, NULL) == NPYIO_BAD_ARGUMENT, "more bytes than there are addresses");
  npyio_view odd = {&value, "\xff", 0, NULL, NULL};
  require(npyio_save(&odd, path, NPYIO_FAST, NULL, NULL) == NPYIO_BAD_ARGUMENT, "a dtype that is not UTF-8");
  npyio_view nothing = {NULL, "<f8", 0, NULL, NULL};
  require(npyio_save(&nothing, path, NPYIO_FAST, NULL, NULL) == NPYIO_BAD_ARGUMENT, "no data");

  int calls = 0;
  npyio_task *task;
  check(npyio_task_create(refuse, &calls, &task, &error), "make a task");
  require(npyio_load(path, NPYIO_READ, NULL, task, &array, NULL) == NPYIO_CANCELLED && calls == 1, "a task is cancelled");
  npyio_free(task);
  npyio_free(NULL);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  char npy[4096], npz[4096];
  snprintf(npy, sizeof npy, "%s/from_c.npy", arguments[1]);
  snprintf(npz, sizeof npz, "%s/from_c.npz", arguments[1]);
  printf("interface version %d\n", (int)npyio_interface_version());
  save_and_load(npy);
  read_part(npy);
  archive(npz);
  errors(arguments[1], npy);
  return 0;
}
