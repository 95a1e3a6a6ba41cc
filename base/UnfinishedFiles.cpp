// SPDX-License-Identifier: Apache-2.0
//
// Names stand in slots of fixed size, so that a signal handler can read them at any time.

#include "base/UnfinishedFiles.h"

#include "base/OutputFile.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string_view>
#include <sys/random.h>
#include <unistd.h>

namespace transept {

namespace {

constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGTERM};

enum class SlotState { Free, Changing, Taken };

struct Slot {
  std::atomic<SlotState> state = SlotState::Free;
  char path[PATH_MAX];

  bool change(SlotState from, SlotState to) { return state.compare_exchange_strong(from, to); }
};
/// More than any program of ours writes at once; where they do not suffice, a signal leaves a file.
std::array<Slot, 64> slots;
std::atomic<int> creating = 0;
std::atomic<bool> isEnding = false;

/// Keeps signals from this thread, so that the handler, on another, can wait until a file that is
/// there has its slot.
class Creation {
public:
  Creation() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ++creating;
    if (!isEnding)
      return;
    // The process is about to end; nothing may be created any more.
    --creating;
    while (true)
      pause();
  }
  ~Creation() {
    --creating;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

private:
  sigset_t before;
};

void removeAllAndEnd(int signal) {
  isEnding = true;
  while (creating != 0)
    sched_yield();
  for (Slot &slot : slots)
    if (slot.state == SlotState::Taken)
      unlink(slot.path);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void remember(const std::string &path) {
  for (Slot &slot : slots)
    if (slot.change(SlotState::Free, SlotState::Changing)) {
      path.copy(slot.path, path.size());
      slot.path[path.size()] = '\0';
      slot.state = SlotState::Taken;
      return;
    }
}

std::string randomLetters() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz012345";
  unsigned char bytes[8] = {};
  if (getrandom(bytes, sizeof(bytes), 0) < 0)
    std::memcpy(bytes, &creating, sizeof(creating));
  std::string text;
  for (unsigned char byte : bytes)
    text += letters[byte % letters.size()];
  return text;
}

} // namespace

UnfinishedFile createUnfinished(const std::string &prefix) {
  constexpr int kTries = 100;
  Creation guard;
  UnfinishedFile file{-1, ""};
  for (int tries = 0; file.descriptor < 0 && tries < kTries; ++tries) {
    file.path = prefix + randomLetters();
    file.descriptor = open(file.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.descriptor < 0 && errno != EEXIST)
      break;
  }
  if (file.descriptor >= 0)
    remember(file.path);
  return file;
}

void forgetUnfinished(const std::string &path) {
  for (Slot &slot : slots)
    if (slot.state == SlotState::Taken && path == slot.path) {
      slot.state = SlotState::Free;
      return;
    }
}

void removeOutputsOnSignals() {
  for (int signal : kEndingSignals) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) // as nohup wants it
      continue;
    action = {};
    action.sa_handler = removeAllAndEnd;
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

} // namespace transept
