// SPDX-License-Identifier: Apache-2.0
//
// Small pieces from the allocator, large ones as mappings of their own.

#include "runtime/platform/AlignedMemory.h"

#include <cstdlib>
#include <malloc.h>
#include <new>
#include <sys/mman.h>

namespace transept::runtime {
namespace {

/// From here on a piece is a mapping, which costs little beside what fills it. Entries of sentences
/// are smaller: mapped afresh for each, they would make encoding slower by a tenth.
constexpr std::uint64_t leastMapped = 1u << 20;
/// Above this the allocator would map as well, and find no more than we did.
constexpr std::uint64_t largestAllocated = 32u << 20;

/// Fresh mappings are zeros. Where all of it will be used, one call for all pages costs less than a
/// fault for each. Null where the system gives no more mappings.
void *map(std::uint64_t size, bool isZeroed) {
  int populate = isZeroed ? MAP_POPULATE : 0;
  void *pointer =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
  return pointer == MAP_FAILED ? nullptr : pointer;
}

} // namespace

AlignedMemory::AlignedMemory(std::uint64_t size, bool isZeroed) {
  if (void *pointer = size < leastMapped ? nullptr : map(size, isZeroed)) {
    memory = {pointer, Free{size, /*isMapped=*/true}};
    return;
  }
  void *pointer = size > largestAllocated
                      ? nullptr
                      : std::aligned_alloc(64, (size + 63) / 64 * 64 + (size == 0 ? 64 : 0));
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

void returnFreeMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

void AlignedMemory::Free::operator()(void *pointer) const {
  if (isMapped)
    ::munmap(pointer, size);
  else
    std::free(pointer);
}

} // namespace transept::runtime
