// SPDX-License-Identifier: Apache-2.0
//
// A counter that threads can wait on: they spin for a moment, because the next step of a program
// usually comes within microseconds, and then sleep in the kernel, because a thread that spins on
// an oversubscribed machine only delays the one it waits for.
#ifndef TRANSEPT_RUNTIME_THREADS_SLEEPINGWORD_H
#define TRANSEPT_RUNTIME_THREADS_SLEEPINGWORD_H

#include <atomic>
#include <chrono>
#include <cstdint>

namespace transept::runtime {

/// On cache lines of its own, two because processors fetch them in pairs: what others write nearby
/// must not disturb those who watch it.
class alignas(128) SleepingWord {
public:
  /// Adds 1 and wakes everyone who waits. What the caller wrote before is visible to them.
  void advance();

  using Duration = std::chrono::steady_clock::duration;

  /// Returns once the count, which wraps around, has reached `target`; looks at it for about
  /// `patience`, then for `standing` while others may have the processor, and then sleeps. Returns
  /// how long it waited after its patience had ended.
  Duration waitFor(std::uint32_t target, Duration patience, Duration standing = {});

  /// How long whoever may have so much patience lets others have the processor before it sleeps.
  /// Linux wakes a thread where its waker runs, more often than not: two workers on one processor
  /// then, for longer than the wait was.
  static Duration standingFor(Duration patience) {
    return patience.count() == 0 ? Duration::zero() : std::chrono::milliseconds(3);
  }

private:
  bool spin(std::uint32_t target, Duration patience) const;
  bool stand(std::uint32_t target, Duration standing) const;
  static bool hasReached(std::uint32_t count, std::uint32_t target) {
    return std::int32_t(count - target) >= 0;
  }

  std::atomic<std::uint32_t> value{0};
  std::atomic<std::uint32_t> sleepers{0};
};

} // namespace transept::runtime

#endif
