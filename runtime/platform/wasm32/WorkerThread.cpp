// SPDX-License-Identifier: Apache-2.0
//
// A place for each thread that JavaScript (bindings/web/module.js) brings: an instance of the
// module over the same memory, which finds here what to run. The C and C++ libraries of modules
// know of one thread, the one that opens the model: what runs on the others must not allocate,
// throw or take locks. Workers of a team, and the programs that they run, do nothing of it.

#include "runtime/platform/WorkerThread.h"

#include "runtime/platform/Futex.h"
#include "runtime/platform/wasm32/BroughtThreads.h"

#include <cstdlib>
#include <new>
#include <system_error>

#define EXPORTED(name) __attribute__((export_name(#name))) name

namespace transept::runtime {
namespace {

/// As large as the stack of the thread that opens the model (LinkWebModule.cpp).
constexpr std::size_t stackBytes = std::size_t(1) << 20;

/// Rises, and is waited for.
struct Count {
  std::atomic<std::uint32_t> value{0};

  void advance() {
    value.fetch_add(1, std::memory_order_release);
    wakeAll(value);
  }
  void waitFor(std::uint32_t target) {
    for (std::uint32_t seen; (seen = value.load(std::memory_order_acquire)) != target;)
      sleepWhile(value, seen);
  }
};

struct Place {
  Count given, done; // functions
  void (*function)(void *argument) = nullptr;
  void *argument = nullptr;
  char *stack = nullptr;
  bool isTaken = false;
};

Place *places = nullptr;
std::uint32_t placeCount = 0;

} // namespace

std::uint32_t broughtThreads() {
  return placeCount;
}

int currentProcessor() {
  return -1;
}

void WorkerThread::avoid(int) {}

WorkerThread::WorkerThread(void (*function)(void *argument), void *argument) {
  Place *free = places;
  while (free != places + placeCount && free->isTaken)
    ++free;
  if (free == places + placeCount)
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  free->isTaken = true;
  free->function = function;
  free->argument = argument;
  free->given.advance();
  thread = free;
}

WorkerThread::~WorkerThread() {
  Place &place = *static_cast<Place *>(thread);
  place.done.waitFor(place.given.value.load(std::memory_order_relaxed));
  place.isTaken = false;
}

extern "C" {

/// Makes room for so many threads, each of which becomes a WorkerThread; once. 0 where there is no
/// memory for their stacks.
int EXPORTED(transept_threads)(std::uint32_t count) {
  places = new (std::nothrow) Place[count];
  for (; places && placeCount < count; ++placeCount) {
    places[placeCount].stack = static_cast<char *>(std::aligned_alloc(64, stackBytes));
    if (!places[placeCount].stack)
      return 0;
  }
  return places != nullptr;
}

/// Where the stack of a thread ends, which is where its instance's stack pointer has to begin.
void *EXPORTED(transept_stack)(std::uint32_t thread) {
  return places[thread].stack + stackBytes;
}

/// What a thread's instance does from then on.
[[noreturn]] void EXPORTED(transept_serve)(std::uint32_t thread) {
  Place &place = places[thread];
  for (std::uint32_t run = 1;; ++run) {
    place.given.waitFor(run);
    place.function(place.argument);
    place.done.advance();
  }
}

} // extern "C"

} // namespace transept::runtime
