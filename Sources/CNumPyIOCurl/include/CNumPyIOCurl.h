// libcurl, found when it is needed, with its variadic functions under fixed signatures.
//
// Why C: curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call. No header of libcurl is needed, and
// nothing is linked: the numbers of options and results are part of its ABI and never change.
#ifndef C_NUMPY_IO_CURL_H
#define C_NUMPY_IO_CURL_H

#include <stddef.h>

// The functions of libcurl that are used, by the addresses at which the system has loaded them.
typedef struct {
  void *_Nullable (*_Nonnull easy_init)(void);
  void (*_Nonnull easy_cleanup)(void *_Nonnull);
  void (*_Nonnull easy_reset)(void *_Nonnull);
  int (*_Nonnull easy_setopt)(void *_Nonnull, int, ...);
  int (*_Nonnull easy_getinfo)(void *_Nonnull, int, ...);
  const char *_Nonnull (*_Nonnull easy_strerror)(int);
  void *_Nullable (*_Nonnull slist_append)(void *_Nullable, const char *_Nonnull);
  void (*_Nonnull slist_free_all)(void *_Nullable);
  void *_Nullable (*_Nonnull multi_init)(void);
  int (*_Nonnull multi_cleanup)(void *_Nonnull);
  int (*_Nonnull multi_add_handle)(void *_Nonnull, void *_Nonnull);
  int (*_Nonnull multi_remove_handle)(void *_Nonnull, void *_Nonnull);
  int (*_Nonnull multi_perform)(void *_Nonnull, int *_Nonnull);
  int (*_Nonnull multi_poll)(void *_Nonnull, void *_Nullable, unsigned, int, int *_Nullable);
  void *_Nullable (*_Nonnull multi_info_read)(void *_Nonnull, int *_Nonnull);
} npyio_curl;

// What libcurl calls with the bytes of a header or a body, and to get those of a request's body.
typedef size_t (*npyio_curl_callback)(char *_Nullable data, size_t size, size_t count, void *_Nullable context);

// Loads libcurl, for as long as the process lives; null if the system has none, or one that lacks a function. Called once.
const npyio_curl *_Nullable npyio_curl_load(void);

int npyio_curl_set_number(const npyio_curl *_Nonnull curl, void *_Nonnull easy, int option, long value);
// For sizes, which are 64 bits wide on every system.
int npyio_curl_set_size(const npyio_curl *_Nonnull curl, void *_Nonnull easy, int option, long long value);
int npyio_curl_set_text(const npyio_curl *_Nonnull curl, void *_Nonnull easy, int option, const char *_Nullable value);
int npyio_curl_set_pointer(const npyio_curl *_Nonnull curl, void *_Nonnull easy, int option, void *_Nullable value);
int npyio_curl_set_callback(
    const npyio_curl *_Nonnull curl, void *_Nonnull easy, int option, npyio_curl_callback _Nullable value);
// How many bytes of the request's body have been sent.
long long npyio_curl_sent(const npyio_curl *_Nonnull curl, void *_Nonnull easy);
// The status by which a proxy has answered the request to connect to the server; 0 if none was asked.
long npyio_curl_proxy_status(const npyio_curl *_Nonnull curl, void *_Nonnull easy);

// The next transfer of a multi handle that has ended, and how; null if there is none.
void *_Nullable npyio_curl_next_done(const npyio_curl *_Nonnull curl, void *_Nonnull multi, int *_Nonnull result);

#endif
