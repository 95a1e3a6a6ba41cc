// SPDX-License-Identifier: Apache-2.0
//
// An array that is either its own or lies in a library's mapped memory, at any address.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TABLE_H
#define TRANSEPT_MEDIA_TOKENIZERS_TABLE_H

#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace transept::text {

template <typename Value> class Table {
  static_assert(std::is_trivially_copyable_v<Value>);

public:
  Table() = default;
  explicit Table(std::vector<Value> values)
      : owned(std::move(values)), begin(reinterpret_cast<const char *>(owned.data())),
        count(owned.size()) {}
  /// A view; what is left over of `bytes` is ignored.
  explicit Table(std::string_view bytes)
      : begin(bytes.data()), count(bytes.size() / sizeof(Value)) {}
  // Vectors keep their memory when they move.
  Table(Table &&) noexcept = default;
  Table &operator=(Table &&) noexcept = default;
  Table(const Table &) = delete;
  ~Table() = default;

  size_t size() const { return count; }
  /// `index` below size().
  Value operator[](size_t index) const {
    Value value;
    std::memcpy(&value, begin + index * sizeof(Value), sizeof(Value));
    return value;
  }
  std::string_view bytes() const { return {begin, count * sizeof(Value)}; }

private:
  std::vector<Value> owned;
  const char *begin = "";
  size_t count = 0;
};

} // namespace transept::text

#endif
