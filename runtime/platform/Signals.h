// SPDX-License-Identifier: Apache-2.0
//
// Signals belong to the threads of the program, not to the runtime's.
#ifndef TRANSEPT_RUNTIME_PLATFORM_SIGNALS_H
#define TRANSEPT_RUNTIME_PLATFORM_SIGNALS_H

#if defined(__wasm__)

namespace transept::runtime {

/// There are no signals in WebAssembly.
struct SignalsBlocked {
  SignalsBlocked() {}
};

} // namespace transept::runtime

#else

#include <csignal>

namespace transept::runtime {

/// While this lives, the calling thread receives no signals; threads that it starts never do,
/// because they inherit the mask.
class SignalsBlocked {
public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalsBlocked(const SignalsBlocked &) = delete;
  SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
  sigset_t before;
};

} // namespace transept::runtime

#endif

#endif
