// SPDX-License-Identifier: Apache-2.0
//
// The functions of a module of WebAssembly that its JavaScript (module.js) calls, and the two that
// it brings. One call at a time: settings come one by one, then the call, then its result is read.

#include "bindings/web/Calls.h"

#include <cstdlib>

#define EXPORTED(name) __attribute__((export_name(#name))) name
#define IMPORTED(name) __attribute__((import_module("transept"), import_name(#name))) name

extern "C" {

/// Of this module's own model, without weights.
const transept_model_table *transept_module_model();

/// Gets a part of a result; 0 ends the call.
int IMPORTED(part)(const char *text, std::size_t size);
/// Whether a call may go on; 0 ends it.
int IMPORTED(goesOn)();

void __wasm_call_ctors();
}

namespace transept::web {

namespace {

// Pointers, because static constructors would run before memory is set up.
transept_model_table *table = nullptr;
OpenModel *model = nullptr;
Call *call = nullptr;
std::string *result = nullptr;

Call &current() {
  if (!call)
    call = new Call;
  return *call;
}

/// Runs `function`, whose text becomes the result; of an error, its message. The error's code, or
/// 0.
template <typename Function> int guarded(Function function) {
  int code = 0;
  std::string text;
  try {
    text = function();
  } catch (const Error &error) {
    code = int(error.code());
    text = error.what();
  } catch (const std::bad_alloc &) {
    code = TRANSEPT_OUT_OF_MEMORY;
    text = "there is not enough memory: WebAssembly has 4 GiB, and this page may have less";
  } catch (const std::exception &error) {
    code = TRANSEPT_INTERNAL;
    text = error.what();
  }
  if (!result)
    result = new std::string;
  *result = std::move(text);
  delete std::exchange(call, nullptr);
  return code;
}

} // namespace

extern "C" {

void EXPORTED(transept_initialize)() {
  __wasm_call_ctors();
}

/// Null where there is no memory.
void *EXPORTED(transept_allocate)(std::size_t size) {
  return std::malloc(size);
}
void EXPORTED(transept_free)(void *memory) {
  std::free(memory);
}

/// How many bytes the weights have.
double EXPORTED(transept_weights_size)() {
  return double(transept_module_model()->weights_size);
}
/// Makes room for them, once: where they are to be, or null where there is no memory.
void *EXPORTED(transept_weights)() {
  table = new transept_model_table(*transept_module_model());
  std::size_t size = (std::size_t(table->weights_size) + 64) / 64 * 64;
  void *weights = std::aligned_alloc(64, size);
  table->weights = weights;
  return weights;
}

/// To be called once, with the weights in their place, and with the threads there that were
/// expected.
int EXPORTED(transept_open)(double cacheBytes) {
  return guarded([&] {
    transept_open_options options{};
    options.structure_size = sizeof options;
    options.encoder_cache_bytes = std::uint64_t(cacheBytes);
    model = new OpenModel(table, options);
    return std::string();
  });
}

/// Says that an option is set, if only to an empty list.
void EXPORTED(transept_option)(const char *name, std::size_t size) {
  current().settings[{name, size}];
}
void EXPORTED(transept_number)(const char *name, std::size_t size, double value) {
  current().settings[{name, size}].numbers.push_back(value);
}
void EXPORTED(transept_text)(const char *name, std::size_t size, const char *text,
                             std::size_t textSize) {
  current().settings[{name, size}].texts.emplace_back(text, textSize);
}
/// They have to stay where they are until the call has ended.
void EXPORTED(transept_floats)(const float *values, std::size_t count) {
  current().floats = {values, count};
}

/// Performs a call with what was said since the one before. 0, or the code of an error.
int EXPORTED(transept_call)(const char *verb, std::size_t size, int wantsParts) {
  return guarded([&] {
    Call &asked = current();
    asked.goesOn = [] { return goesOn() != 0; };
    if (wantsParts)
      asked.onPart = [](std::string_view text) { return part(text.data(), text.size()) != 0; };
    return perform(*model, {verb, size}, asked);
  });
}

/// JSON, or an error's message; until the next call.
const char *EXPORTED(transept_result)() {
  return result->data();
}
std::size_t EXPORTED(transept_result_size)() {
  return result->size();
}

} // extern "C"

} // namespace transept::web
