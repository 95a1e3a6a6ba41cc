// SPDX-License-Identifier: Apache-2.0
//
// What the handles of transept/transept.h are, and how an exception becomes a status and a text.
#ifndef TRANSEPT_BINDINGS_C_LIBRARY_H
#define TRANSEPT_BINDINGS_C_LIBRARY_H

#include "transept/detail/OpenLibrary.h"
#include "transept/transept.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

using SharedLibrary = std::shared_ptr<const transept::detail::OpenLibrary>;

struct transept_library {
  SharedLibrary opened;
};

struct transept_encoded {
  SharedLibrary opened;
  transept_source *handle = nullptr;
  ~transept_encoded() {
    if (handle)
      opened->runtime().release_source(handle);
  }
};

struct transept_sequences {
  SharedLibrary opened;
  transept_results *handle = nullptr;
  ~transept_sequences() {
    if (handle)
      opened->runtime().release_results(handle);
  }
};

struct transept_pending {
  SharedLibrary opened;
  transept_request *handle = nullptr;
  ~transept_pending() {
    if (!handle)
      return;
    opened->runtime().cancel_request(handle);
    opened->runtime().wait_request(handle, UINT64_MAX);
    opened->runtime().release_request(handle);
  }
};

struct transept_texts {
  SharedLibrary opened;
  transept_text_results *handle = nullptr;
  ~transept_texts() {
    if (handle)
      opened->table().text->release_texts(handle);
  }
};

struct transept_speech {
  SharedLibrary opened;
  transept_transcript *handle = nullptr;
  ~transept_speech() {
    if (handle)
      opened->table().sound->release_transcript(handle);
  }
};

namespace transept::bindings {

/// Texts that are too long end before a character that does not fit.
inline void setError(transept_error *error, transept_status status, const char *text) {
  if (!error)
    return;
  error->status = status;
  std::size_t length = std::min(std::strlen(text), sizeof(error->text) - 1);
  while (text[length] != '\0' && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
    --length;
  std::memcpy(error->text, text, length);
  error->text[length] = '\0';
}

/// What `call` returns, or nothing and *error.
template <typename Call>
auto guarded(transept_error *error, Call call) noexcept -> decltype(call()) {
  setError(error, TRANSEPT_OK, "");
  try {
    return call();
  } catch (const Error &problem) {
    setError(error, static_cast<transept_status>(problem.code()), problem.what());
  } catch (const std::bad_alloc &) {
    setError(error, TRANSEPT_OUT_OF_MEMORY, "there is not enough memory");
  } catch (const std::exception &problem) {
    setError(error, TRANSEPT_INTERNAL, problem.what());
  }
  return {};
}

template <typename Call> transept_status guardedStatus(transept_error *error, Call call) noexcept {
  transept_error local;
  transept_error *where = error ? error : &local;
  guarded(where, [&] {
    call();
    return 0;
  });
  return where->status;
}

inline void require(const void *argument, const char *name) {
  if (!argument)
    throw Error(ErrorCode::InvalidArgument, std::string(name) + " is null");
}

inline const detail::OpenLibrary &opened(const transept_library *library) {
  require(library, "library");
  return *library->opened;
}

/// Text of malloc, with a zero byte.
char *copyOf(const char *text, std::size_t size);

/// The best result of the only text or image; throws its problem, which skips_invalid may have
/// made.
char *copyOfBest(const transept_texts *results);

} // namespace transept::bindings

#endif
