// SPDX-License-Identifier: Apache-2.0
//
// All from the allocator: WebAssembly's memory only grows, and has 4 GiB at most.

#include "runtime/platform/AlignedMemory.h"

#include <cstdlib>
#include <new>

namespace transept::runtime {
namespace {

/// Below it, sizes can be rounded up and are whole in 32 bits.
constexpr std::uint64_t largest = 0xffff'0000u;

} // namespace

AlignedMemory::AlignedMemory(std::uint64_t size, bool isZeroed) {
  void *pointer = size > largest
                      ? nullptr
                      : std::aligned_alloc(64, std::size_t(size == 0 ? 64 : (size + 63) / 64 * 64));
  if (!pointer)
    throw std::bad_alloc();
  memory = {pointer, Free{size, /*isMapped=*/false}};
  if (isZeroed)
    clear();
}

void AlignedMemory::reserve(std::uint64_t wanted) {
  std::uint64_t size = bytes(), grown = size + size / 2;
  if (wanted <= size)
    return;
  *this = AlignedMemory();
  *this = AlignedMemory(wanted > grown ? wanted : grown);
}

void returnFreeMemory() {}

void AlignedMemory::Free::operator()(void *pointer) const {
  std::free(pointer);
}

} // namespace transept::runtime
