// SPDX-License-Identifier: Apache-2.0
//
// A thread of the standard library.

#include "runtime/platform/WorkerThread.h"

#include <memory>
#include <thread>

namespace transept::runtime {

WorkerThread::WorkerThread(void (*function)(void *argument), void *argument)
    : thread(std::make_unique<std::thread>(function, argument).release()) {}

WorkerThread::~WorkerThread() {
  std::unique_ptr<std::thread> own(static_cast<std::thread *>(thread));
  own->join();
}

} // namespace transept::runtime
