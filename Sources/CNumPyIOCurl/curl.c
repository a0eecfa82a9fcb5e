#include "CNumPyIOCurl.h"

#include <dlfcn.h>
#include <stdint.h>

// CURLMsg: its layout is part of libcurl's ABI.
typedef struct {
  int message;
  void *easy;
  union {
    void *whatever;
    int result;
  } data;
} curl_message;

#define CURLMSG_DONE 1
#define CURLINFO_SIZE_UPLOAD_T 0x600007
#define CURLINFO_HTTP_CONNECTCODE 0x200016
#define CURL_GLOBAL_DEFAULT 3

static void *find(void *library, const char *name, int *missing) {
  void *function = dlsym(library, name);
  if (!function) *missing = 1;
  return function;
}

// What systems call the library: Linux, Debian's with GnuTLS, macOS.
static const char *const names[] = {
    "libcurl.so.4", "libcurl-gnutls.so.4", "/usr/lib/libcurl.4.dylib", "libcurl.4.dylib"};

static npyio_curl loaded;

const npyio_curl *npyio_curl_load(void) {
  void *library = NULL;
  for (size_t index = 0; index < sizeof names / sizeof *names && !library; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) return NULL;
  int missing = 0;
  int (*global_init)(long) = (int (*)(long))find(library, "curl_global_init", &missing);
#define FIND(member) *(void **)&loaded.member = find(library, "curl_" #member, &missing)
  FIND(easy_init);
  FIND(easy_cleanup);
  FIND(easy_reset);
  FIND(easy_setopt);
  FIND(easy_getinfo);
  FIND(easy_strerror);
  FIND(slist_append);
  FIND(slist_free_all);
  FIND(multi_init);
  FIND(multi_cleanup);
  FIND(multi_add_handle);
  FIND(multi_remove_handle);
  FIND(multi_perform);
  FIND(multi_poll);
  FIND(multi_info_read);
#undef FIND
  return missing || global_init(CURL_GLOBAL_DEFAULT) != 0 ? NULL : &loaded;
}

int npyio_curl_set_number(const npyio_curl *curl, void *easy, int option, long value) {
  return curl->easy_setopt(easy, option, value);
}

int npyio_curl_set_size(const npyio_curl *curl, void *easy, int option, long long value) {
  return curl->easy_setopt(easy, option, value);
}

int npyio_curl_set_text(const npyio_curl *curl, void *easy, int option, const char *value) {
  return curl->easy_setopt(easy, option, value);
}

int npyio_curl_set_pointer(const npyio_curl *curl, void *easy, int option, void *value) {
  return curl->easy_setopt(easy, option, value);
}

int npyio_curl_set_callback(const npyio_curl *curl, void *easy, int option, npyio_curl_callback value) {
  return curl->easy_setopt(easy, option, value);
}

long long npyio_curl_sent(const npyio_curl *curl, void *easy) {
  int64_t count = 0;
  return curl->easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &count) == 0 ? count : 0;
}

long npyio_curl_proxy_status(const npyio_curl *curl, void *easy) {
  long status = 0;
  return curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status) == 0 ? status : 0;
}

void *npyio_curl_next_done(const npyio_curl *curl, void *multi, int *result) {
  int left = 0;
  curl_message *message;
  while ((message = (curl_message *)curl->multi_info_read(multi, &left))) {
    if (message->message != CURLMSG_DONE) continue;
    *result = message->data.result;
    return message->easy;
  }
  return NULL;
}
