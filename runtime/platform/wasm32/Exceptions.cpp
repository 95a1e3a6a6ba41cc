// SPDX-License-Identifier: Apache-2.0
//
// Exceptions of C++ over those of WebAssembly: throwing, catching by type and by base, rethrowing,
// exception_ptr, and an allocator that throws. Debian's libc++abi is built without any of these
// (docs/decisions/0019). Names and tables are those of the Itanium C++ ABI, as clang uses them with
// -fwasm-exceptions. Unlike that ABI's, what is thrown is a flight: one object may be on several
// at once, because an exception_ptr can be thrown again while it is handled.

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>
#include <typeinfo>

// The one tag that exceptions of C++ have; its value is the address of a flight.
__asm__(".globl __cpp_exception\n.tagtype __cpp_exception i32\n__cpp_exception:\n");

// What libc++abi calls the base of all type_info: it says whether a handler of this type catches.
namespace __cxxabiv1 {
struct __attribute__((visibility("hidden"))) __shim_type_info : std::type_info {
  virtual ~__shim_type_info();
  virtual void noop1() const;
  virtual void noop2() const;
  virtual bool can_catch(const __shim_type_info *thrown, void *&adjusted) const = 0;
};
} // namespace __cxxabiv1

namespace {

using TypeInfo = __cxxabiv1::__shim_type_info;

/// Stands before an object that can be thrown.
struct alignas(16) Object {
  std::type_info *type;
  void *(*destroy)(void *); // destructors return `this` here
  std::size_t references;

  void *content() { return this + 1; }
  static Object *of(void *content) { return static_cast<Object *>(content) - 1; }
};

struct Flight {
  Object *object;
  void *adjusted; // the object as the handler's type
  int handlers;
  bool isRethrown;
  Flight *next; // that is handled around this one
};

Flight *handled = nullptr; // the innermost

void release(Object *object) {
  if (--object->references != 0)
    return;
  if (object->destroy)
    object->destroy(object->content());
  std::free(object);
}

[[noreturn]] void fly(Object *object) {
  auto *flight = static_cast<Flight *>(std::calloc(1, sizeof(Flight)));
  if (!flight)
    std::terminate();
  flight->object = object;
  flight->adjusted = object->content();
  __builtin_wasm_throw(0, flight);
}

/// Numbers of the tables of handlers.
std::uintptr_t readUnsigned(const std::uint8_t *&at) {
  std::uintptr_t result = 0;
  for (unsigned shift = 0;; shift += 7) {
    std::uint8_t byte = *at++;
    result |= std::uintptr_t(byte & 127) << shift;
    if (!(byte & 128))
      return result;
  }
}

std::intptr_t readSigned(const std::uint8_t *&at) {
  std::uintptr_t result = 0;
  for (unsigned shift = 0;;) {
    std::uint8_t byte = *at++;
    result |= std::uintptr_t(byte & 127) << shift;
    shift += 7;
    if (byte & 128)
      continue;
    if (byte & 64 && shift < 32)
      result |= ~std::uintptr_t(0) << shift;
    return std::intptr_t(result);
  }
}

} // namespace

extern "C" {

/// Compiled code writes the first two, and reads the handler's number that we found.
struct {
  std::uintptr_t landingPad, table, selector;
} __wasm_lpad_context;

void *__cxa_allocate_exception(std::size_t size) noexcept {
  auto *object = static_cast<Object *>(std::calloc(1, sizeof(Object) + size));
  if (!object)
    std::terminate();
  return object->content();
}

void __cxa_free_exception(void *content) noexcept {
  std::free(Object::of(content));
}

[[noreturn]] void __cxa_throw(void *content, std::type_info *type, void *(*destroy)(void *)) {
  Object *object = Object::of(content);
  object->type = type;
  object->destroy = destroy;
  object->references = 1;
  fly(object);
}

void *__cxa_get_exception_ptr(void *thrown) noexcept {
  return static_cast<Flight *>(thrown)->adjusted;
}

void *__cxa_begin_catch(void *thrown) noexcept {
  auto *flight = static_cast<Flight *>(thrown);
  flight->isRethrown = false;
  ++flight->handlers;
  if (handled != flight) {
    flight->next = handled;
    handled = flight;
  }
  return flight->adjusted;
}

void __cxa_end_catch() {
  Flight *flight = handled;
  if (--flight->handlers != 0)
    return;
  handled = flight->next;
  if (flight->isRethrown)
    return;
  release(flight->object);
  std::free(flight);
}

[[noreturn]] void __cxa_rethrow() {
  if (!handled)
    std::terminate();
  handled->isRethrown = true;
  __builtin_wasm_throw(0, handled);
}

int __gxx_wasm_personality_v0(int, int, std::uint64_t, void *, void *) {
  std::terminate();
}

/// Finds the handler of a landing pad, in the format of the Itanium ABI's table of a function. What
/// none catches goes on behind its cleanups.
int _Unwind_CallPersonality(void *thrown) {
  auto *flight = static_cast<Flight *>(thrown);
  __wasm_lpad_context.selector = 0;
  auto *at = reinterpret_cast<const std::uint8_t *>(__wasm_lpad_context.table);
  if (!at)
    return 0;
  ++at; // the encoding of landing pads' beginning: none is given
  const std::uint8_t *types = nullptr;
  if (*at++ != 0xff) {
    std::uintptr_t offset = readUnsigned(at);
    types = at + offset;
  }
  ++at; // the encoding of call sites: numbers as above
  std::uintptr_t length = readUnsigned(at);
  const std::uint8_t *actions = at + length;
  std::uintptr_t action = 0;
  for (std::uintptr_t pad = 0; pad <= __wasm_lpad_context.landingPad; ++pad) {
    readUnsigned(at);
    action = readUnsigned(at);
  }
  for (at = action == 0 ? nullptr : actions + action - 1; at;) {
    std::intptr_t filter = readSigned(at);
    const std::uint8_t *here = at;
    std::intptr_t next = readSigned(at);
    if (filter > 0) {
      auto *type = reinterpret_cast<const TypeInfo *const *>(types)[-filter];
      void *adjusted = flight->object->content();
      if (!type || type->can_catch(static_cast<const TypeInfo *>(flight->object->type), adjusted)) {
        flight->adjusted = adjusted;
        __wasm_lpad_context.selector = std::uintptr_t(filter);
        return 0;
      }
    }
    at = next == 0 ? nullptr : here + next;
  }
  return 0;
}

void _Unwind_DeleteException(void *) {}

} // extern "C"

namespace std {

exception_ptr::exception_ptr(const exception_ptr &other) noexcept : __ptr_(other.__ptr_) {
  if (__ptr_)
    ++static_cast<Object *>(__ptr_)->references;
}

exception_ptr &exception_ptr::operator=(const exception_ptr &other) noexcept {
  exception_ptr copy(other);
  std::swap(__ptr_, copy.__ptr_);
  return *this;
}

exception_ptr::~exception_ptr() noexcept {
  if (__ptr_)
    release(static_cast<Object *>(__ptr_));
}

exception_ptr current_exception() noexcept {
  exception_ptr result;
  if (handled) {
    ++handled->object->references;
    reinterpret_cast<void *&>(result) = handled->object;
  }
  return result;
}

[[noreturn]] void rethrow_exception(exception_ptr pointer) {
  auto *object = static_cast<Object *>(reinterpret_cast<void *&>(pointer));
  if (!object)
    std::terminate();
  ++object->references;
  fly(object);
}

} // namespace std

void *operator new(std::size_t size) {
  void *pointer = std::malloc(size == 0 ? 1 : size);
  if (!pointer)
    throw std::bad_alloc();
  return pointer;
}
