// SPDX-License-Identifier: Apache-2.0
//
// Whether the handles that a C function is given can be used.
#ifndef TRANSEPT_RUNTIME_MODEL_USABLEHANDLE_H
#define TRANSEPT_RUNTIME_MODEL_USABLEHANDLE_H

#include "runtime/base/GuardedCall.h"
#include "runtime/engine/Handles.h"

namespace transept::runtime {

inline Engine *engineOf(const transept_model &model) {
  return model.engine.get();
}
inline Engine *engineOf(const transept_source &source) {
  return source.engine.get();
}
inline Engine *engineOf(const transept_request &request) {
  return request.engine.get();
}
inline Engine *engineOf(const transept_decoder &decoder) {
  return decoder.source->engine.get();
}

/// The engine behind a handle that a call is about to use. Throws Error for null, and in a process
/// that was forked from the one that opened the model.
template <typename Handle> Engine &usable(const Handle *handle, std::string_view name) {
  requirePointer(handle, name);
  Engine &engine = *engineOf(*handle);
  engine.checkProcess();
  return engine;
}

/// Whether a handle can be used or freed: it is there, and of this process. In a forked one memory
/// is all that is left of a model, and freeing it would wait for threads that are not there.
template <typename Handle> bool isUsable(const Handle *handle) {
  return handle && engineOf(*handle)->process.isOfThisProcess();
}

} // namespace transept::runtime

#endif
