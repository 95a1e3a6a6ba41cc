// SPDX-License-Identifier: Apache-2.0
//
// The C library of modules is compiled for one thread, and one alone calls it: its errno is a
// variable like others, also where this code is compiled for many threads.
#define thread_local
#include_next <errno.h>
#undef thread_local
