// SPDX-License-Identifier: Apache-2.0
//
// A page of memory that does not survive a fork. pthread_atfork would need a part of glibc that
// libraries linked by the compiler lack, and process numbers come again.

#include "runtime/platform/ProcessMark.h"

#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace transept::runtime {
namespace {
constexpr std::size_t pageBytes = 4096;
} // namespace

ProcessMark::ProcessMark() : process(::getpid()) {
  void *place =
      ::mmap(nullptr, pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED)
    throw std::bad_alloc();
  if (::madvise(place, pageBytes, MADV_WIPEONFORK) == 0)
    page = new (place) std::atomic<std::uint32_t>(1);
  else
    ::munmap(place, pageBytes);
}

ProcessMark::~ProcessMark() {
  if (page)
    ::munmap(page, pageBytes);
}

bool ProcessMark::isOfThisProcess() const {
  return page ? page->load(std::memory_order_relaxed) != 0 : ::getpid() == process;
}

} // namespace transept::runtime
