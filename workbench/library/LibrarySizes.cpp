// SPDX-License-Identifier: Apache-2.0
//
// Lists are copied out of the file, so that the runtime's functions can count with them.

#include "workbench/library/LibrarySizes.h"

#include "transept/cache_sizes.h"
#include "transept/platform/ElfFile.h"

#include <new>
#include <span>

namespace transept::workbench {

using platform::ElfFile;

namespace {

constexpr uint64_t kLongestList = 1 << 20;

/// The entries of a list of the table, as they are in the file.
template <typename Entry>
std::vector<Entry> listAt(const ElfFile &image, uint64_t list, uint64_t count) {
  if (count > kLongestList)
    image.fail("it is damaged");
  std::vector<Entry> entries;
  for (uint64_t index = 0; index < count; ++index)
    entries.push_back(image.valueAt<Entry>(list + index * sizeof(Entry)));
  return entries;
}

int64_t orUnbounded(uint64_t positions) {
  return positions == UINT64_MAX ? -1 : int64_t(positions);
}

} // namespace

story::Sizes sizesOf(const transept_model_table &table) {
  runtime::EncoderEntrySize entry = runtime::encoderEntrySize(table);
  story::Sizes sizes{
      .has_source = table.source_vocabulary_size != 0 || table.source_feature_width != 0,
      .has_target = table.target_vocabulary_size != 0 || table.target_feature_width != 0,
      .feature_width = int64_t(table.source_feature_width),
      .usual_feature_rows = int64_t(table.source_feature_count),
      .maximum_source_positions = orUnbounded(table.maximum_source_length),
      .maximum_target_positions = orUnbounded(table.maximum_target_length),
      .block_positions = TRANSEPT_KEY_BLOCK,
      .source_bytes_per_block = int64_t(entry.perBlock),
      .source_bytes_per_position = int64_t(entry.perPosition),
      .source_bytes_per_feature_row = int64_t(entry.perFeatureRow),
      .source_bytes = int64_t(entry.constant),
      .self_bytes_per_block =
          table.self_slot_count == 0 ? 0 : int64_t(runtime::selfPageSize(table))};
  for (const transept_row_step &step : std::span(table.row_steps, table.row_step_count))
    sizes.row_steps.push_back({step.kernel, step.stride, step.padding, step.leading,
                               std::max(step.line_before, 1u), std::max(step.line_behind, 1u)});
  return sizes;
}

story::Sizes readSizes(const ElfFile &image, uint64_t address) try {
  auto pointer = [&](size_t offset) { return image.pointerAt(address + offset); };
  auto number = [&](size_t offset) { return image.valueAt<uint64_t>(address + offset); };
  auto table = image.valueAt<transept_model_table>(address);
  // Pointers in the file are where the loader would read them, not what it would find there.
  auto encoderSlots =
      listAt<transept_cache_slot>(image, pointer(offsetof(transept_model_table, encoder_slots)),
                                  number(offsetof(transept_model_table, encoder_slot_count)));
  auto selfSlots =
      listAt<transept_cache_slot>(image, pointer(offsetof(transept_model_table, self_slots)),
                                  number(offsetof(transept_model_table, self_slot_count)));
  auto steps = listAt<transept_row_step>(image, pointer(offsetof(transept_model_table, row_steps)),
                                         number(offsetof(transept_model_table, row_step_count)));
  table.encoder_slots = encoderSlots.data();
  table.self_slots = selfSlots.data();
  table.row_steps = steps.data();
  return sizesOf(table);
} catch (const std::bad_alloc &) {
  image.fail("it is damaged: its caches would be larger than any memory");
}

} // namespace transept::workbench
