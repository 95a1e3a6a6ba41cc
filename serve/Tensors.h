// SPDX-License-Identifier: Apache-2.0
//
// Tensors of the Open Inference Protocol, as JSON.

#ifndef TRANSEPT_SERVE_TENSORS_H
#define TRANSEPT_SERVE_TENSORS_H

#include "serve/Bodies.h"
#include "serve/Service.h"

namespace transept::serve {

/// One that was sent; `data` is flat, and as long as the shape says.
struct InputTensor {
  std::string name, datatype;
  std::vector<size_t> shape;
  std::vector<Json> data;

  std::string where() const { return "body: inputs: " + name; }
};

/// Reads the list of a request; null is an error, as is one with more than `mostRows` rows.
std::vector<InputTensor> readInputs(const Json *inputs, size_t mostRows);
/// Null where there is none of that name.
const InputTensor *find(const std::vector<InputTensor> &inputs, std::string_view name);

/// The texts of a tensor of BYTES.
std::vector<std::string> textsOf(const InputTensor &tensor);

/// Rows of ids of one length, with what is kept of them.
struct IdRows {
  size_t count = 0, length = 0;
  std::vector<Id> ids;
  std::vector<uint8_t> mask; // empty: all

  SourceInput operator[](size_t row) const;
};
/// Of a tensor of INT32 or INT64 [length] or [rows, length]; `mask` may be null.
IdRows idRowsOf(const InputTensor &tensor, const InputTensor *mask);

/// "ids", filled up with -1 behind the end of a sequence, "lengths" and "score" of results.
Json idOutputs(const Call &call, const ServedModel &served, size_t sources,
               const std::vector<const Sequence *> &sequences);

} // namespace transept::serve

#endif
