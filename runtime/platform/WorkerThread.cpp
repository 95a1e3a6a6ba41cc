// SPDX-License-Identifier: Apache-2.0
//
// A thread of the standard library.

#include "runtime/platform/WorkerThread.h"

#include <memory>
#include <pthread.h>
#include <sched.h>
#include <thread>

namespace transept::runtime {

int currentProcessor() {
  return sched_getcpu();
}

WorkerThread::WorkerThread(void (*function)(void *argument), void *argument)
    : thread(std::make_unique<std::thread>(function, argument).release()) {}

WorkerThread::~WorkerThread() {
  std::unique_ptr<std::thread> own(static_cast<std::thread *>(thread));
  own->join();
}

void WorkerThread::avoid(int processor) {
  // Of a machine with more processors than the set has numbers nothing is known: no choice then.
  cpu_set_t processors;
  if (processor < 0 || processor >= CPU_SETSIZE ||
      pthread_getaffinity_np(pthread_self(), sizeof processors, &processors) != 0)
    return;
  CPU_CLR(processor, &processors);
  if (CPU_COUNT(&processors) != 0)
    pthread_setaffinity_np(static_cast<std::thread *>(thread)->native_handle(), sizeof processors,
                           &processors);
}

} // namespace transept::runtime
