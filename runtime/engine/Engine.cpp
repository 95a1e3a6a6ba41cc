// SPDX-License-Identifier: Apache-2.0
//
// Checks a model table before anything of it is used, and makes what sessions share.

#include "runtime/engine/Engine.h"

#include "runtime/base/Messages.h"
#include "runtime/engine/ChooseLevel.h"

namespace transept::runtime {
namespace {

constexpr std::uint32_t maximumThreads = 1024;

const transept_model_table &checkTable(const transept_model_table &table) {
  if (table.abi_version != TRANSEPT_ABI_VERSION)
    fail(ErrorCode::Unsupported, "the library's ABI version is ", table.abi_version,
         ", but must be ", TRANSEPT_ABI_VERSION);
  if (table.structure_size < sizeof(transept_model_table))
    fail(ErrorCode::Unsupported, "the library's model table has ", table.structure_size,
         " bytes, but must have ", sizeof(transept_model_table));
  if (!table.levels || table.level_count == 0)
    fail(ErrorCode::Internal, "the model table lists no levels");
  for (const transept_level &level : std::span(table.levels, table.level_count))
    if (!level.name || !level.encode || !level.decode || !level.encode->run || !level.decode->run)
      fail(ErrorCode::Internal, "the model table lacks a name or a program of a level");
  if ((table.source_vocabulary_size != 0 && table.source_feature_width != 0) ||
      (table.target_vocabulary_size != 0 && table.target_feature_width != 0))
    fail(ErrorCode::Internal, "the model table has a vocabulary and features on one side");
  if (table.target_feature_width != 0 && table.target_state_width == 0)
    fail(ErrorCode::Internal, "the model table has target features, but no states as a result");
  return table;
}

std::uint32_t checkThreads(std::uint32_t threads) {
  if (threads > maximumThreads)
    failArgument("threads", threads, rangeText(0, maximumThreads));
  return threads;
}

} // namespace

Engine::Engine(const transept_model_table &modelTable, const transept_open_options &options)
    : table(checkTable(modelTable)),
      level(chooseLevel(table, options.level ? options.level : "", thisProcessor())),
      runner(table, checkThreads(options.threads), options.executor, options.executor_context),
      encoderCache(table, options.encoder_cache_bytes), pages(table, options.self_cache_bytes),
      texts(table) {}

void Engine::checkProcess() const {
  if (!process.isOfThisProcess())
    fail(ErrorCode::Unsupported, "model ", table.name ? table.name : "",
         " was opened before fork(), by the parent of this process, where its workers are; open it "
         "again in this process");
}

transept_statistics Engine::statistics() const {
  transept_statistics result{};
  encoderCache.addStatistics(result);
  pages.addStatistics(result);
  result.invocations = runner.invocationCount();
  result.workers = runner.workerCount();
  return result;
}

} // namespace transept::runtime
