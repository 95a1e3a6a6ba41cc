// SPDX-License-Identifier: Apache-2.0
//
// Adds the weights to a linked library as a segment of their own. They never pass through the
// linker: a library of any size costs the memory of one panel, and the loader maps the weights
// straight from the file, shared between processes.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_WEIGHTSEGMENT_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_WEIGHTSEGMENT_H

#include <cstdint>
#include <functional>
#include <string>

namespace transept::emit {

/// Turns the note segment that holds the weights mark (ModelTable.h) into a read-only segment of
/// `size` bytes behind all others, points the table's field to it, and lists it as section
/// `.transept.weights`. `write` then fills it: it receives a function that stores bytes at an
/// offset of the segment; what it leaves out reads as zero.
/// Throws InputError when the file is not such a library or cannot be written; `name` is what it
/// is called then, its path if empty.
using SegmentWriter = std::function<void(int64_t offset, const void *bytes, int64_t count)>;
void addWeightSegment(const std::string &library, int64_t size,
                      const std::function<void(const SegmentWriter &)> &write,
                      const std::string &name = "");

} // namespace transept::emit

#endif
