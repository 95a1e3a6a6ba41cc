// SPDX-License-Identifier: Apache-2.0
//
// Owned memory at 64-byte boundaries, as generated code wants it.
#ifndef TRANSEPT_RUNTIME_BASE_ALIGNEDMEMORY_H
#define TRANSEPT_RUNTIME_BASE_ALIGNEDMEMORY_H

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace transept::runtime {

class AlignedMemory {
public:
  AlignedMemory() = default;

  /// `size` bytes (0 is allowed) with undefined content. Throws std::bad_alloc.
  explicit AlignedMemory(std::uint64_t size) : size(size) {
    if (size > PTRDIFF_MAX - 64)
      throw std::bad_alloc();
    memory.reset(std::aligned_alloc(64, (size + 63) / 64 * 64 + (size == 0 ? 64 : 0)));
    if (!memory)
      throw std::bad_alloc();
  }

  /// The same, filled with zeros.
  static AlignedMemory zeroed(std::uint64_t size) {
    AlignedMemory result(size);
    result.clear();
    return result;
  }

  void clear() { std::memset(memory.get(), 0, size); }

  /// Makes room for `bytes`; content is lost when it has to grow. Grows by at least half, so that a
  /// slowly growing need costs few allocations.
  void reserve(std::uint64_t bytes) {
    if (bytes <= size)
      return;
    std::uint64_t grown = size + size / 2;
    memory.reset();
    size = 0;
    *this = AlignedMemory(bytes > grown ? bytes : grown);
  }

  std::uint64_t bytes() const { return size; }
  void *data() const { return memory.get(); }
  float *floats() const { return static_cast<float *>(memory.get()); }

private:
  struct Free {
    void operator()(void *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<void, Free> memory;
  std::uint64_t size = 0;
};

} // namespace transept::runtime

#endif
