// SPDX-License-Identifier: Apache-2.0
//
// What a Python pickle says, as plain values: nothing is imported, no object is made and nothing is
// called, so that a file from a stranger can do no more than be refused.

#ifndef TRANSEPT_CHECKPOINTS_PICKLE_H
#define TRANSEPT_CHECKPOINTS_PICKLE_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::checkpoints {

enum class PickleKind : uint8_t {
  None,
  Boolean,
  Integer,
  LongInteger, // of more than 64 bits; `text` has its bytes, little-endian two's complement
  Float,       // without its number, which nobody needs
  Text,
  Bytes,
  Tuple,
  List, // also a set
  Dictionary,
  Global,    // a name of the list of those that are allowed; `integer` is its index
  Call,      // `items` are a Global and a Tuple of arguments; it is not called
  Persistent // `items` is the one value that the pickle leaves to its reader to resolve
};

struct PickleValue {
  PickleKind kind = PickleKind::None;
  int64_t integer = 0; // of Boolean, Integer, Global
  std::string_view text;
  /// Indices into Pickle::values. Of a Dictionary: key, value, key, value, ... A value may contain
  /// itself.
  std::vector<uint32_t> items;
};

/// Values refer to each other by index, so that no depth of nesting and no circle costs a stack.
struct Pickle {
  std::vector<PickleValue> values;
  uint32_t result = 0;
  size_t size = 0; // bytes up to the end of the STOP opcode; texts are views of them

  const PickleValue &at(uint32_t index) const { return values[index]; }
};

/// A name that a pickle may import.
struct PickleGlobal {
  std::string_view module, name;
  bool makesDictionary = false; // when called without arguments; else a Call stays one
};

/// Interprets a pickle of protocol 2 to 5, with the opcodes that torch's checkpoints need. Throws
/// InputError, beginning with `origin` and the byte, for every other opcode, for names that are not
/// in `allowed`, and for whatever Python would refuse.
Pickle readPickle(std::span<const std::byte> bytes, const std::string &origin,
                  std::span<const PickleGlobal> allowed);

} // namespace transept::checkpoints

#endif
