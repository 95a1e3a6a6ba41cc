// SPDX-License-Identifier: Apache-2.0
//
// A thread of a team of workers: started, or, where the system cannot start any, brought by whoever
// runs the program.
#ifndef TRANSEPT_RUNTIME_PLATFORM_WORKERTHREAD_H
#define TRANSEPT_RUNTIME_PLATFORM_WORKERTHREAD_H

namespace transept::runtime {

/// The number of the processor that the calling thread runs on; negative where nobody knows.
int currentProcessor();

class WorkerThread {
public:
  /// Calls function(argument) on the thread; it must not throw. Throws std::system_error where the
  /// system allows no more threads.
  WorkerThread(void (*function)(void *argument), void *argument);
  WorkerThread(WorkerThread &&) = delete;
  /// Returns when the function has.
  ~WorkerThread();

  /// From now on the thread runs on those of the calling thread's processors that are not
  /// `processor`. Does nothing where there are no others, or nobody may choose.
  void avoid(int processor);

private:
  void *thread;
};

} // namespace transept::runtime

#endif
