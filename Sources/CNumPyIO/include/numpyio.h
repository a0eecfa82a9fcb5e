/* numpyio.h - NumPy's files for C and for everything that calls C.
 *
 * Interface version 1. `npyio_interface_version()` tells the version of the library that was loaded: a program that was
 * compiled for version 1 runs with every library whose version is 1 or, for as long as this promise stands, higher.
 *
 * RULES
 * - Every function that can fail returns an `npyio_status`: `NPYIO_OK` (0), or the code of what went wrong. The last
 *   parameter, `error`, may be NULL; otherwise it is filled where the call fails, and its texts are given back by
 *   `npyio_error_clear`. An error that was filled and not cleared leaks; clear it before it is used again.
 * - Nothing that is passed in can end the process: NULL where something is needed, a negative count, a handle of another
 *   kind, text that is not UTF-8, a shape that does not fit in memory is `NPYIO_BAD_ARGUMENT`. What cannot be checked is the
 *   caller's promise: pointers that are not NULL point to as much as is said, and a handle has not been freed.
 * - Handles are made by the functions with a last parameter `out` before `error` and are given back by `npyio_free`, which
 *   takes all kinds, and NULL. What an array or a file points to stays valid until its handle is freed. A handle keeps alive
 *   what it needs: a source may be freed while files of it are open.
 * - Sources, files, archives and arrays may be used by several threads at a time; writers and errors by one.
 * - Text is UTF-8 and ends in a null byte. Dtypes are NumPy's `descr`, as it stands in the header of a `.npy` file: a
 *   string in quotes such as `'<f8'`, or a list of fields such as `[('x', '<i4'), ('y', '<f8', (3,))]`. Where a dtype is an
 *   argument, the text may also be without quotes, in any of NumPy's notations: `<f8`, `float64`.
 * - Shapes count elements, strides and offsets count bytes.
 */
#ifndef NUMPYIO_H
#define NUMPYIO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NPYIO_INTERFACE_VERSION 1

/* The version of the interface that the library was built with. */
int32_t npyio_interface_version(void);

/* ---------------------------------------------------------------------------------------------------------- errors */

typedef int32_t npyio_status;

enum {
  NPYIO_OK = 0,
  NPYIO_IO = 1,                /* the system refused: a full disk, a broken device */
  NPYIO_NOT_FOUND = 2,         /* no such file or member */
  NPYIO_PERMISSION_DENIED = 3, /* the file may not be opened or replaced */
  NPYIO_ALREADY_EXISTS = 4,    /* a name that is taken */
  NPYIO_EMPTY = 5,             /* nothing in the file at all */
  NPYIO_TRUNCATED = 6,         /* the bytes end before what they promise */
  NPYIO_WRONG_KIND = 7,        /* not a file of this kind */
  NPYIO_MALFORMED = 8,         /* a header or directory that breaks the format's rules */
  NPYIO_CORRUPT = 9,           /* data that contradicts its checksum */
  NPYIO_LIMIT_EXCEEDED = 10,   /* more than a limit allows, or than there is memory */
  NPYIO_BAD_VALUE = 11,        /* a text that is not a value of the wanted type */
  NPYIO_UNSUPPORTED = 12,      /* well formed, but nothing that this library can do: Python's objects, for one */
  NPYIO_AMBIGUOUS = 13,        /* a name that stands twice */
  NPYIO_BAD_ARGUMENT = 14,     /* what was asked for makes no sense */
  NPYIO_CANCELLED = 15,        /* the task was cancelled */
  NPYIO_CLOSED_PIPE = 16,      /* the reader of the output has gone away */
  NPYIO_OTHER = 17
};

/* What went wrong, and where. Texts that are not known are NULL, numbers -1. */
typedef struct npyio_error {
  npyio_status code;
  const char *name;    /* the code's name in snake case, such as "truncated"; lasts for ever */
  const char *message; /* one line, without the place */
  const char *file;    /* as the caller named it */
  const char *member;  /* of an archive */
  const char *hint;    /* what may help */
  int64_t offset;      /* in the file (or member), in bytes */
  int64_t line;        /* of a text, from 1 */
  int64_t row;         /* as NumPy counts it in its messages */
  int64_t column;      /* as NumPy counts it in its messages */
} npyio_error;

/* Gives back the texts of an error and empties it. NULL and an error of zeros are fine. */
void npyio_error_clear(npyio_error *error);

/* --------------------------------------------------------------------------------------------------------- handles */

typedef struct npyio_source npyio_source;   /* where bytes are read from */
typedef struct npyio_array npyio_array;     /* an array in memory or mapped */
typedef struct npyio_file npyio_file;       /* an array in a file or archive: its header, and parts as they are asked for */
typedef struct npyio_archive npyio_archive; /* an .npz archive */
typedef struct npyio_writer npyio_writer;   /* an .npz archive that is being written */
typedef struct npyio_task npyio_task;       /* what can be followed and cancelled */
typedef struct npyio_tree npyio_tree;       /* what a pickle holds */
typedef struct npyio_tensors npyio_tensors; /* a safetensors file */

/* Gives back a handle of any kind; of NULL, nothing. */
void npyio_free(void *handle);

/* ----------------------------------------------------------------------------------------- following and cancelling */

typedef struct npyio_progress {
  int32_t is_writing;
  const char *file;  /* valid during the call */
  int64_t completed; /* bytes */
  int64_t total;     /* bytes; -1 where nobody knows beforehand */
  int64_t number;    /* counts the operations of the task from 1 */
} npyio_progress;

/* Called after every step of at most 8 MiB, on any thread, never twice at a time; returns 0 to cancel. */
typedef int32_t (*npyio_progress_callback)(void *context, const npyio_progress *progress);

/* A task, to be passed to the functions that take one (NULL is no task). `callback` may be NULL. */
npyio_status npyio_task_create(npyio_progress_callback callback, void *context, npyio_task **out, npyio_error *error);

/* Has what runs with the task, now or later, fail with NPYIO_CANCELLED. From any thread. */
void npyio_task_cancel(npyio_task *task);

/* ---------------------------------------------------------------------------------------------------- arrays, views */

/* An array that the caller lends for the duration of a call. */
typedef struct npyio_view {
  const void *data;       /* the first element; may be NULL if there are no bytes */
  const char *descr;      /* the dtype */
  int32_t ndim;           /* 0 to 64 */
  const int64_t *shape;   /* ndim lengths */
  const int64_t *strides; /* ndim distances in bytes, also negative; NULL for C order without gaps */
} npyio_view;

enum {
  NPYIO_C_ORDER = 1,       /* the elements follow each other, the last axis running fastest */
  NPYIO_FORTRAN_ORDER = 2, /* the first axis runs fastest; both can be true */
  NPYIO_WRITABLE = 4,      /* the memory may be written to */
  NPYIO_MAPPED = 8,        /* the memory is a mapped file */
  NPYIO_OBJECTS = 16,      /* the elements are Python's objects: there are no bytes of values */
  NPYIO_PYTHON2 = 32       /* the header was written by Python 2, of which NumPy warns */
};

/* What is known of an array. The pointers are valid as long as the handle is. */
typedef struct npyio_info {
  void *data;             /* the first element; NULL for a file */
  const char *descr;      /* the dtype */
  const int64_t *shape;
  const int64_t *strides; /* in bytes: in memory, or in the file */
  int64_t byte_count;     /* of all elements */
  int64_t item_size;
  int64_t offset;         /* of a file: where the data begin in it (or in its member) */
  int64_t end;            /* of a file: where the data end */
  int32_t ndim;
  int32_t flags;
} npyio_info;

npyio_status npyio_array_info(npyio_array *array, npyio_info *out, npyio_error *error);

/* ----------------------------------------------------------------------------------------------- sources and sinks */

/* What a file may ask for before it is refused; zeros mean the defaults, which are NumPy's. */
typedef struct npyio_limits {
  int64_t header_characters; /* 10,000 */
  int64_t array_bytes;       /* no limit but the address space */
  int64_t members;           /* 10,000,000 */
  int64_t archive_bytes;     /* no limit */
} npyio_limits;

/* A file by its path. */
npyio_status npyio_source_path(const char *path, npyio_source **out, npyio_error *error);

/* Bytes in memory, which stay valid and unchanged until `release` is called (with `context`; NULL for none). */
npyio_status npyio_source_memory(
    const void *bytes, int64_t count, void (*release)(void *context), void *context, npyio_source **out,
    npyio_error *error);

/* Bytes that the caller reads. */
typedef struct npyio_reader {
  const char *name;  /* for errors; copied */
  int64_t byte_count; /* -1 where only reading to the end will tell */
  int32_t forwards_only; /* not 0: `read` is only ever asked for bytes behind those that it gave before */
  int32_t reads_cost;    /* not 0: every read costs a round trip, so that few large ones are better */
  /* Fills `buffer` with the bytes from `offset` on and returns how many there were: fewer than `count` only at the end;
     -1 if that fails. Called by several threads at a time, unless `is_exclusive`. */
  int64_t (*read)(void *context, int64_t offset, void *buffer, int64_t count);
  int32_t is_exclusive; /* not 0: `read` is called by one thread at a time */
  void (*release)(void *context); /* called when nothing will be read any more; may be NULL */
  void *context;
} npyio_reader;

npyio_status npyio_source_reader(const npyio_reader *reader, npyio_source **out, npyio_error *error);

/* Bytes that the caller writes. Called by one thread at a time, though not always the same; each returns 0 if all went well. */
typedef struct npyio_sink {
  const char *name; /* for errors; copied */
  int32_t (*write)(void *context, const void *bytes, int64_t count);
  int32_t (*overwrite)(void *context, int64_t offset, const void *bytes, int64_t count); /* NULL: cannot go back */
  void *context;
} npyio_sink;

/* ------------------------------------------------------------------------------------------------------ .npy files */

enum { NPYIO_READ = 0, NPYIO_MAP = 1, NPYIO_MAP_COPY_ON_WRITE = 2 };

/* Loads the array of a `.npy` file: `np.load(path)`. Mapping is `mmap_mode="r"` and `"c"`. */
npyio_status npyio_load(
    const char *path, int32_t mode, const npyio_limits *limits, npyio_task *task, npyio_array **out,
    npyio_error *error);

/* What a file survives when the system stops; a program that stops never leaves half a file. See `Durability`. */
enum { NPYIO_FAST = 0, NPYIO_CONSISTENT = 1, NPYIO_DURABLE = 2 };

/* Saves an array: `np.save(path, array)`; nothing is appended to the path. The old file stays until the new one is whole. */
npyio_status npyio_save(
    const npyio_view *array, const char *path, int32_t durability, npyio_task *task, npyio_error *error);

/* Saves bytes as a file, whole or not at all as `npyio_save` does: for who has made them by `npyio_header`, or otherwise. */
npyio_status npyio_save_bytes(
    const void *bytes, int64_t count, const char *path, int32_t durability, npyio_task *task, npyio_error *error);

/* Writes an array in `.npy` format to a sink. */
npyio_status npyio_write(const npyio_view *array, const npyio_sink *sink, npyio_task *task, npyio_error *error);

/* What stands before the elements of an array in a `.npy` file, for who writes those on their own: at most `capacity` bytes are
   written to `bytes`, and `count` is how many there are. */
npyio_status npyio_header(
    const char *descr, const int64_t *shape, int32_t ndim, int32_t fortran_order, void *bytes, int64_t capacity,
    int64_t *count, npyio_error *error);

/* Appends rows to the array of a `.npy` file along axis 0 without rewriting it; whatever happens, the file is as before or
   as after. */
npyio_status npyio_append(const npyio_view *rows, const char *path, npyio_task *task, npyio_error *error);

/* Opens the array that begins at an offset of a source. */
npyio_status npyio_file_open(
    npyio_source *source, int64_t offset, const npyio_limits *limits, npyio_file **out, npyio_error *error);

npyio_status npyio_file_info(npyio_file *file, npyio_info *out, npyio_error *error);

/* Reads all of it. */
npyio_status npyio_file_read(npyio_file *file, npyio_task *task, npyio_array **out, npyio_error *error);

/* Maps it; NPYIO_UNSUPPORTED where it is compressed or not of a file. */
npyio_status npyio_file_map(npyio_file *file, int32_t copy_on_write, npyio_array **out, npyio_error *error);

/* Makes sure that the file is as long at this moment as it was when it was opened, else NPYIO_TRUNCATED: for who has mapped it, before
   pages are touched. */
npyio_status npyio_file_check(npyio_file *file, npyio_error *error);

/* What one index of a subscript selects along its axis. */
typedef struct npyio_index {
  int32_t kind;   /* NPYIO_INDEX, NPYIO_SLICE, NPYIO_ELLIPSIS, NPYIO_NEW_AXIS */
  int32_t bounds; /* of a slice: NPYIO_HAS_START | NPYIO_HAS_STOP */
  int64_t start;  /* the index, or where the slice begins */
  int64_t stop;
  int64_t step;
} npyio_index;
enum { NPYIO_INDEX = 0, NPYIO_SLICE = 1, NPYIO_ELLIPSIS = 2, NPYIO_NEW_AXIS = 3 };
enum { NPYIO_HAS_START = 1, NPYIO_HAS_STOP = 2 };

/* Reads a part, and no more of the file than it needs. Indices mean what they do in NumPy. */
npyio_status npyio_file_slice(
    npyio_file *file, const npyio_index *indices, int32_t count, npyio_task *task, npyio_array **out,
    npyio_error *error);

/* Reads rows (entries of axis 0) by their numbers, negative ones from the end, in the order given. */
npyio_status npyio_file_take(
    npyio_file *file, const int64_t *rows, int64_t count, npyio_task *task, npyio_array **out, npyio_error *error);

/* Reads arrays of one dtype and shape from many files, on all cores, as one array with a new first axis. */
npyio_status npyio_load_stacked(
    const char *const *paths, int64_t count, const npyio_limits *limits, npyio_task *task, npyio_array **out,
    npyio_error *error);

/* --------------------------------------------------------------------------------------------------- .npz archives */

/* Opens an archive. Members are numbered from 0, in its order. */
npyio_status npyio_archive_open(
    npyio_source *source, const npyio_limits *limits, npyio_archive **out, npyio_error *error);

typedef struct npyio_member {
  const char *name;           /* as it stands in the archive, with `.npy` */
  int64_t compressed_size;
  int64_t uncompressed_size;
  int64_t offset;             /* where its data begin if it is stored; -1 where it is compressed */
  int32_t method;             /* 0 stored, 8 deflate, ... */
  int32_t is_folder;
} npyio_member;

/* The members: a table that is valid as long as the archive. Their offsets are found when `with_offsets` is not 0. */
npyio_status npyio_archive_members(
    npyio_archive *archive, int32_t with_offsets, const npyio_member **members, int64_t *count, npyio_error *error);

/* The array of a member, to be read in parts. */
npyio_status npyio_archive_file(npyio_archive *archive, int64_t member, npyio_file **out, npyio_error *error);

/* Reads the array of a member; its checksum is verified. */
npyio_status npyio_archive_read(
    npyio_archive *archive, int64_t member, npyio_task *task, npyio_array **out, npyio_error *error);

/* The bytes of any member, as an array of `|u1`; its checksum is verified. */
npyio_status npyio_archive_bytes(
    npyio_archive *archive, int64_t member, npyio_task *task, npyio_array **out, npyio_error *error);

/* Reads members of one dtype and shape, on all cores, as one array with a new first axis. */
npyio_status npyio_archive_stacked(
    npyio_archive *archive, const int64_t *members, int64_t count, npyio_task *task, npyio_array **out,
    npyio_error *error);

/* How members are compressed. ZLIB gives the bytes of `np.savez_compressed`. */
enum { NPYIO_STORED = 0, NPYIO_DEFLATE_FAST = 1, NPYIO_DEFLATE = 2, NPYIO_DEFLATE_BEST = 3, NPYIO_DEFLATE_ZLIB = 4 };

/* Saves arrays as an archive, under names to which `.npy` is appended: `np.savez` and `np.savez_compressed`. What was there stays
   until the new archive is whole. */
npyio_status npyio_archive_save(
    const char *path, const char *const *names, const npyio_view *arrays, int64_t count, int32_t compression,
    int32_t durability, npyio_task *task, npyio_error *error);

/* A member whose content is there as bytes: a `.npy` file, by `npyio_header` or otherwise, or anything else. */
typedef struct npyio_content {
  int64_t name_count;   /* the bytes of its whole name (`x.npy`), in UTF-8 */
  int64_t count;        /* the bytes of the content, which follow the name */
  int64_t header_count; /* how many of them precede the elements, which are to lie at a multiple of 64 where they are stored */
  int64_t item_size;    /* what helps to compress: the bytes of an element */
  int64_t atom_size;    /* and of the numbers that it is made of */
  int64_t strides[3];   /* and distances in bytes at which elements are alike, such as a row's, the shortest first; 0: none */
} npyio_content;

/* Makes an archive of small members whose names and contents follow each other in `bytes`, in one go: for a few arrays that take less
   time than to describe them. It is saved as `npyio_archive_save` does, or, if `path` is NULL, given as an array of `|u1`. */
npyio_status npyio_archive_encode(
    const void *bytes, int64_t byte_count, const npyio_content *members, int64_t count, int32_t compression,
    const char *path, int32_t durability, npyio_task *task, npyio_array **out, npyio_error *error);

/* Begins an archive, which appears under its path when the writer is closed. */
npyio_status npyio_writer_create(
    const char *path, int32_t compression, int32_t durability, npyio_writer **out, npyio_error *error);

/* Begins an archive that goes to a sink, which must last until the writer is freed. */
npyio_status npyio_writer_to_sink(
    const npyio_sink *sink, int32_t compression, npyio_writer **out, npyio_error *error);

/* Begins to add members to an archive that exists; it stays what it was until the writer is closed. `replaced` are names of
   members (with `.npy`) that new ones take the place of. */
npyio_status npyio_writer_append(
    const char *path, const char *const *replaced, int64_t replaced_count, int32_t compression, npyio_writer **out,
    npyio_error *error);

/* Adds arrays, under names to which `.npy` is appended; small ones are compressed side by side. */
npyio_status npyio_writer_add(
    npyio_writer *writer, const char *const *names, const npyio_view *arrays, int64_t count, npyio_task *task,
    npyio_error *error);

/* Adds a member of any content under its whole name. */
npyio_status npyio_writer_add_bytes(
    npyio_writer *writer, const char *name, const void *bytes, int64_t count, npyio_error *error);

/* Completes the archive. A writer that is freed without having been closed leaves what was there. */
npyio_status npyio_writer_close(npyio_writer *writer, npyio_task *task, npyio_error *error);

/* ----------------------------------------------------------------------------------------------------- safetensors */

/* Opens a safetensors file, or by its index (`model.safetensors.index.json`) a model in several. */
npyio_status npyio_tensors_open(const char *path, npyio_tensors **out, npyio_error *error);

typedef struct npyio_tensor {
  const char *name;
  const char *type;   /* the file's own name of the type: "F32", "BF16" */
  const char *format; /* what ml_dtypes calls elements that NumPy has no dtype for: "bfloat16"; NULL for others */
  int64_t byte_count; /* as they are stored */
} npyio_tensor;

/* The tensors in the order in which they lie in the file: a table that is valid as long as the handle. */
npyio_status npyio_tensors_list(
    npyio_tensors *file, const npyio_tensor **tensors, int64_t *count, npyio_error *error);

/* What the file says beside its tensors: keys and values in turn, `count` texts; valid as long as the handle. */
npyio_status npyio_tensors_metadata(
    npyio_tensors *file, const char *const **texts, int64_t *count, npyio_error *error);

/* Reads a tensor. Elements that NumPy has no dtype for are decoded into one that holds their numbers; with `encoded` they are
   what is stored, an element each (those of fewer than eight bits in a byte each), as `|V1` or `|V2`. */
npyio_status npyio_tensors_read(
    npyio_tensors *file, int64_t tensor, int32_t encoded, npyio_task *task, npyio_array **out, npyio_error *error);

/* Saves arrays as the Python package does. `formats` may be NULL, and each of it, or what the elements of an array of raw bytes
   are: "bfloat16", "float8_e4m3fn". `metadata` are keys and values in turn, `metadata_count` texts; NULL is
   none, and without a text an empty list of them, as in the Python package. */
npyio_status npyio_tensors_save(
    const char *path, const char *const *names, const npyio_view *arrays, const char *const *formats, int64_t count,
    const char *const *metadata, int64_t metadata_count, int32_t durability, npyio_task *task, npyio_error *error);

/* ------------------------------------------------------------------------------------------------------------ text */

/* NumPy's warnings, one line each. */
typedef void (*npyio_warning_callback)(void *context, const char *text);

/* The parameters of `np.loadtxt`; zeros are its defaults, but for `comments`: NULL is none, and "#" NumPy's default. */
typedef struct npyio_loadtxt_options {
  const char *dtype;            /* NULL: float64 */
  const char *const *comments;
  int64_t comment_count;
  const char *delimiter;        /* NULL: white space */
  const char *quote;            /* NULL: none */
  const char *encoding;         /* NULL: UTF-8 */
  const int64_t *columns;       /* usecols */
  int64_t column_count;         /* -1: all columns */
  int64_t skip_rows;
  int64_t max_rows;             /* -1: all rows */
  int32_t minimum_axes;         /* ndmin */
  int32_t unpack;
  npyio_warning_callback warn;  /* may be NULL */
  void *context;
} npyio_loadtxt_options;

/* Reads a table of text; what is compressed (gzip, bzip2, xz) is decompressed. */
npyio_status npyio_loadtxt(
    npyio_source *source, const npyio_loadtxt_options *options, npyio_task *task, npyio_array **out,
    npyio_error *error);

/* The parameters of `np.genfromtxt`, those that are not functions. */
typedef struct npyio_genfromtxt_options {
  const char *dtype;            /* NULL: to be found, column by column */
  const char *comments;         /* NULL: none */
  const char *delimiter;        /* NULL: white space */
  const int64_t *widths;        /* columns of fixed widths, in place of a delimiter */
  int64_t width_count;          /* 0: none; 1: one width for all columns */
  int64_t skip_header;
  int64_t skip_footer;
  int64_t max_rows;             /* -1: all rows */
  const int64_t *columns;       /* usecols */
  int64_t column_count;         /* -1: all columns */
  const char *const *names;
  int64_t name_count;           /* -1: no names; 0: those of the first line */
  const char *const *missing;   /* for all columns */
  int64_t missing_count;
  const double *filling;        /* for all columns; NULL: NumPy's default */
  int32_t autostrip;
  int32_t unpack;
  int32_t with_mask;            /* usemask */
  int32_t keep_bytes;           /* encoding="bytes" */
  int32_t skip_invalid;         /* not 0: invalid_raise=False */
  int32_t minimum_axes;
  const char *encoding;         /* NULL: UTF-8 */
  npyio_warning_callback warn;
  void *context;
} npyio_genfromtxt_options;

/* `mask` may be NULL; otherwise it becomes an array if one was asked for, else NULL. */
npyio_status npyio_genfromtxt(
    npyio_source *source, const npyio_genfromtxt_options *options, npyio_task *task, npyio_array **out,
    npyio_array **mask, npyio_error *error);

/* The parameters of `np.savetxt`; NULL is NumPy's default. */
typedef struct npyio_savetxt_options {
  const char *const *formats;
  int64_t format_count; /* 0: "%.18e"; 1: one for every column or for the row; else one a column */
  const char *delimiter;
  const char *newline;
  const char *header;
  const char *footer;
  const char *comments;
  const char *encoding; /* NULL: UTF-8 for a file, Latin-1 for a sink */
} npyio_savetxt_options;

/* Writes a table to a path, compressed where it ends in .gz, .bz2, .xz or .lzma. */
npyio_status npyio_savetxt(
    const npyio_view *array, const char *path, const npyio_savetxt_options *options, int32_t durability,
    npyio_task *task, npyio_error *error);

npyio_status npyio_savetxt_sink(
    const npyio_view *array, const npyio_sink *sink, const npyio_savetxt_options *options, npyio_task *task,
    npyio_error *error);

/* --------------------------------------------------------------------------------------------------------- deflate */

/* Compresses bytes (a raw deflate stream, RFC 1951); what is known of their items makes it smaller. */
npyio_status npyio_deflate(
    const void *bytes, int64_t count, int64_t item_size, int32_t compression, npyio_array **out, npyio_error *error);

/* Inflates a raw deflate stream of exactly `result_count` bytes. */
npyio_status npyio_inflate(
    const void *bytes, int64_t count, int64_t result_count, npyio_array **out, npyio_error *error);

/* --------------------------------------------------------------------------------------------------------- pickles */

enum {
  NPYIO_NODE_NONE = 0,
  NPYIO_NODE_BOOL = 1,        /* integer */
  NPYIO_NODE_INT = 2,         /* integer */
  NPYIO_NODE_BIG_INT = 3,     /* text: two's complement, the low byte first */
  NPYIO_NODE_FLOAT = 4,       /* number */
  NPYIO_NODE_COMPLEX = 5,     /* number, imaginary */
  NPYIO_NODE_STRING = 6,      /* text: WTF-8, that is UTF-8 in which lone surrogates are encoded too */
  NPYIO_NODE_BYTES = 7,       /* text */
  NPYIO_NODE_BYTEARRAY = 8,   /* text */
  NPYIO_NODE_LIST = 9,        /* children */
  NPYIO_NODE_TUPLE = 10,      /* children */
  NPYIO_NODE_DICT = 11,       /* children: key, value, key, value */
  NPYIO_NODE_SET = 12,        /* children */
  NPYIO_NODE_FROZENSET = 13,  /* children */
  NPYIO_NODE_GLOBAL = 14,     /* text: module, a line end, name; never looked up */
  NPYIO_NODE_OBJECT = 15,     /* what Python would make by a call. text: the callable, as in GLOBAL; children: the arguments,
                                 the state, the items, keys and values (each a tuple, but for the state); integer: 1 if
                                 there is a state */
  NPYIO_NODE_ARRAY = 16,      /* integer: the number of the array; see npyio_tree_array */
  NPYIO_NODE_OBJECTS = 17,    /* an array of objects. text: its descr; children: the shape, the elements in C order, both
                                 tuples; integer: 1 if NumPy holds it in Fortran order */
  NPYIO_NODE_MASKED = 18,     /* integer: the number of the array of data, which that of the mask follows; number: 1 if
                                 the value that takes the place of missing ones follows them, as an array without axes */
  NPYIO_NODE_SCALAR = 19,     /* a scalar of NumPy's: the number of a 0-d array */
  NPYIO_NODE_DTYPE = 20,      /* text: descr */
  NPYIO_NODE_PERSISTENT = 21, /* children: the id */
  NPYIO_NODE_OTHER = 22       /* text: what it is */
};

/* A value. Nodes that stand twice are shared; a list may contain itself. */
typedef struct npyio_node {
  int64_t kind;
  int64_t first_child; /* of `children`, which hold numbers of nodes */
  int64_t child_count;
  int64_t integer;
  double number;
  double imaginary;
  const char *text;
  int64_t text_count;
} npyio_node;

typedef struct npyio_nodes {
  const npyio_node *nodes; /* the first is the pickle's value */
  int64_t node_count;
  const int64_t *children;
  int64_t child_count;
  int64_t array_count;
} npyio_nodes;

/* Reads a pickle (also joblib's, compressed or not, and PyTorch's) as data; nothing in it is run or imported. `encoding` is
   that of Python 2's strings: NULL or "ASCII", "latin1", "bytes". */
npyio_status npyio_tree_read(
    npyio_source *source, const char *encoding, npyio_task *task, npyio_tree **out, npyio_error *error);

npyio_status npyio_tree_nodes(npyio_tree *tree, npyio_nodes *out, npyio_error *error);

npyio_status npyio_tree_array(npyio_tree *tree, int64_t number, npyio_array **out, npyio_error *error);

/* The same as a pickle of protocol 5 of plain values alone, in which nothing is named but `complex`, as an array of bytes: for
   Python, which makes them faster of that than of nodes. Arrays and NumPy's scalars are persistent ids: twice the place of
   the array, one more for a scalar; npyio_tree_array takes its place as -1, -2 and so on. NPYIO_UNSUPPORTED if there is anything
   else. */
npyio_status npyio_tree_pickle(npyio_tree *tree, npyio_array **out, npyio_error *error);

#ifdef __cplusplus
}
#endif
#endif
