// SPDX-License-Identifier: Apache-2.0
//
// An opened model inside the runtime: the table, the level that was chosen, the workers and the two
// caches. Everything that sessions share is here, and every part of it may be used from any thread.
#ifndef TRANSEPT_RUNTIME_ENGINE_ENGINE_H
#define TRANSEPT_RUNTIME_ENGINE_ENGINE_H

#include "runtime/cache/EncoderCache.h"
#include "runtime/cache/PagePool.h"
#include "runtime/cache/VocabularyShares.h"
#include "runtime/engine/EncodeQueue.h"
#include "runtime/engine/LibraryTexts.h"
#include "runtime/platform/AlignedMemory.h"
#include "runtime/platform/ProcessMark.h"
#include "runtime/threads/ProgramRunner.h"

namespace transept::runtime {

struct Engine {
  /// Throws Error if this runtime or processor cannot run the model or an option is wrong.
  Engine(const transept_model_table &table, const transept_open_options &options);

  transept_statistics statistics() const;
  /// Throws Error in a process that was forked from the one that opened the model: there, workers
  /// and the owners of locks are missing.
  void checkProcess() const;

  const MemoryReturn memory = {};
  const ProcessMark process;
  const transept_model_table &table;
  const transept_level &level; // of the table: whose programs run
  ProgramRunner runner;
  EncoderCache encoderCache;
  PagePool pages;
  LibraryTexts texts;
  VocabularyShares vocabularyShares{table, *level.decode};
  EncodeQueue encodeQueue{*this};
};

} // namespace transept::runtime

#endif
