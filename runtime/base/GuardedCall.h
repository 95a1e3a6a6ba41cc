// SPDX-License-Identifier: Apache-2.0
//
// What every C function begins with: exceptions into status codes and messages, null pointers and
// structures of older callers into exceptions.
#ifndef TRANSEPT_RUNTIME_BASE_GUARDEDCALL_H
#define TRANSEPT_RUNTIME_BASE_GUARDEDCALL_H

#include "runtime/base/Messages.h"

#include "transept/abi.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

namespace transept::runtime {

inline void setMessage(char **message, const char *what) {
  if (!message)
    return;
  std::size_t size = std::strlen(what) + 1;
  *message = static_cast<char *>(std::malloc(size));
  if (*message)
    std::memcpy(*message, what, size);
}

/// Runs a call and turns what it throws into status and message.
template <typename Call> transept_status guarded(char **message, Call &&call) {
  if (message)
    *message = nullptr;
  try {
    call();
    return TRANSEPT_OK;
  } catch (const Error &error) {
    setMessage(message, error.what());
    return static_cast<transept_status>(error.code());
  } catch (const std::bad_alloc &) {
    setMessage(message, "there is not enough memory");
    return TRANSEPT_OUT_OF_MEMORY;
  } catch (const std::length_error &) {
    setMessage(message, "there is not enough memory for a list of this length");
    return TRANSEPT_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    setMessage(message, error.what());
    return TRANSEPT_INTERNAL;
  } catch (...) {
    setMessage(message, "a callback threw an exception that is no std::exception");
    return TRANSEPT_INTERNAL;
  }
}

template <typename Pointer> void requirePointer(Pointer pointer, std::string_view name) {
  if (!pointer)
    failArgument(name, "null", "given");
}

template <typename Options> void checkStructure(const Options &options, std::string_view name) {
  if (options.structure_size < sizeof(Options))
    fail(ErrorCode::Unsupported, name, ".structure_size is ", options.structure_size,
         ", but must be at least ", sizeof(Options));
}

} // namespace transept::runtime

#endif
