// SPDX-License-Identifier: Apache-2.0
//
// The way back from detail/GenerationOptions.h, by the same list.

#include "media/library/GenerateOptionsOfC.h"

#include <bit>

namespace transept::media {

namespace {

template <typename Value> void take(std::optional<Value> &option, int32_t value) {
  if (value != TRANSEPT_UNSET)
    option = static_cast<Value>(value);
}

bool isUnset(float value, uint32_t conventions) {
  return (conventions & TRANSEPT_CONVENTION_UNSET_FRACTION) != 0
             ? std::bit_cast<uint32_t>(value) == TRANSEPT_UNSET_FRACTION_BITS
             : value != value;
}

std::vector<std::vector<Id>> listsOf(const int32_t *ids, const uint64_t *offsets, uint64_t count) {
  std::vector<std::vector<Id>> lists;
  for (uint64_t index = 0; index < count; ++index)
    lists.emplace_back(ids + offsets[index], ids + offsets[index + 1]);
  return lists;
}

} // namespace

GenerateOptions generateOptionsOf(const transept_generation_options &options) {
  GenerateOptions result;
  auto takeFraction = [&](std::optional<float> &option, float value) {
    if (!isUnset(value, options.conventions))
      option = value;
  };
  result.ignoreModelDefaults = options.ignore_model_defaults != 0;
#define OPTION_NUMBER(name, abi_name, ...) take(result.name, options.abi_name);
#define OPTION_LIMIT(name, abi_name, ...) take(result.name, options.abi_name);
#define OPTION_FRACTION(name, abi_name, ...) takeFraction(result.name, options.abi_name);
#define OPTION_EARLY_STOPPING(name, abi_name, ...) take(result.name, options.abi_name);
#define OPTION_BOOLEAN(name, abi_name, ...) take(result.name, options.abi_name);
#define OPTION_ID(name, abi_name, ...) take(result.name, options.abi_name);
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, ...)                                                            \
  if (options.abi_name##s)                                                                         \
    result.name.emplace(options.abi_name##s, options.abi_name##s + options.abi_name##_count);
#define OPTION_WORDS(name, abi_name, ...)                                                          \
  if (options.abi_name##s)                                                                         \
    result.name =                                                                                  \
        listsOf(options.abi_name##s, options.abi_name##_offsets, options.abi_name##_count);
#define OPTION_TEXTS(name, abi_name, ...)                                                          \
  if (options.abi_name##s)                                                                         \
    result.name.emplace(options.abi_name##s, options.abi_name##s + options.abi_name##_count);
#define OPTION_DECAY(name, abi_name, ...)                                                          \
  if (options.abi_name##_start != TRANSEPT_UNSET)                                                  \
    result.name = ExponentialDecay{options.abi_name##_start, options.abi_name##_factor};
#define OPTION_BIASES(name, abi_name, ...)                                                         \
  if (options.abi_name##_ids) {                                                                    \
    auto sequences =                                                                               \
        listsOf(options.abi_name##_ids, options.abi_name##_offsets, options.abi_name##_count);     \
    for (auto &biases = result.name.emplace(); auto &ids : sequences)                              \
      biases.push_back({std::move(ids), options.abi_name##_values[biases.size()]});                \
  }
#include "transept/generation_options.inc"
  result.seed = options.seed;
  if (options.source_numbers)
    result.sourceNumbers = {*options.source_numbers};
  result.keepPartial = options.keep_partial != 0;
  return result;
}

} // namespace transept::media
