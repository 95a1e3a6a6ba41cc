// SPDX-License-Identifier: Apache-2.0
//
// Owned memory at 64-byte boundaries, as generated code wants it. Large pieces come from the system
// and go back to it when they are given up, small ones when the model is closed: an allocator would
// keep them, and a program that has closed its models would still be as large as with them.
#ifndef TRANSEPT_RUNTIME_PLATFORM_ALIGNEDMEMORY_H
#define TRANSEPT_RUNTIME_PLATFORM_ALIGNEDMEMORY_H

#include <cstdint>
#include <cstring>
#include <memory>

namespace transept::runtime {

class AlignedMemory {
public:
  AlignedMemory() = default;

  /// `size` bytes (0 is allowed) with undefined content. Throws std::bad_alloc.
  explicit AlignedMemory(std::uint64_t size) : AlignedMemory(size, /*isZeroed=*/false) {}

  /// The same, filled with zeros.
  static AlignedMemory zeroed(std::uint64_t size) { return AlignedMemory(size, /*isZeroed=*/true); }

  void clear() { std::memset(memory.get(), 0, bytes()); }

  /// Makes room for `bytes`; content is lost when it has to grow. Grows by at least half, so that a
  /// slowly growing need costs few allocations.
  void reserve(std::uint64_t bytes);

  std::uint64_t bytes() const { return memory.get_deleter().size; }
  void *data() const { return memory.get(); }
  float *floats() const { return static_cast<float *>(memory.get()); }

private:
  AlignedMemory(std::uint64_t size, bool isZeroed);

  struct Free {
    std::uint64_t size;
    bool isMapped;

    void operator()(void *pointer) const;
  };
  std::unique_ptr<void, Free> memory{nullptr, Free{0, false}};
};

/// Gives what the allocator keeps of freed pieces back to the system. Takes milliseconds.
void returnFreeMemory();

/// Does so when it ends: as a first member, after all others have given up theirs.
struct MemoryReturn {
  ~MemoryReturn() { returnFreeMemory(); }
};

} // namespace transept::runtime

#endif
