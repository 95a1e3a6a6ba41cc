// SPDX-License-Identifier: Apache-2.0
//
// Tells a process from those that were forked from it: threads and the owners of locks do not come
// along, so what uses them would wait for ever there.
#ifndef TRANSEPT_RUNTIME_PLATFORM_PROCESSMARK_H
#define TRANSEPT_RUNTIME_PLATFORM_PROCESSMARK_H

#include <atomic>
#include <cstdint>

namespace transept::runtime {

class ProcessMark {
public:
  ProcessMark();
  ~ProcessMark();
  ProcessMark(const ProcessMark &) = delete;
  ProcessMark &operator=(const ProcessMark &) = delete;

  /// False in a child process that fork() made since. Costs a read of memory.
  bool isOfThisProcess() const;

private:
  // A page that the kernel empties in the child; null on kernels that cannot, where process numbers
  // are compared.
  std::atomic<std::uint32_t> *page = nullptr;
  std::int64_t process = 0;
};

} // namespace transept::runtime

#endif
