// SPDX-License-Identifier: Apache-2.0
//
// All ids of a result are decoded again for each: what a token's text is depends on those around
// it.

#include "media/library/BatchCallbacks.h"
#include "media/library/GenerateOptionsOfC.h"

namespace transept::media {

std::string TextStream::add(int32_t id) {
  ids.push_back(id);
  std::string text = tokenizer->decode(ids);
  size_t blank = text.find_last_of(" \n");
  return blank == std::string::npos ? "" : takeUpTo(text, blank);
}

std::string TextStream::finish(const std::string &text) {
  return takeUpTo(text, text.size());
}

std::string TextStream::takeUpTo(const std::string &text, size_t end) {
  if (end <= given.size() || !text.starts_with(given))
    return "";
  std::string part = text.substr(given.size(), end - given.size());
  given += part;
  return part;
}

BatchCallbacks::BatchCallbacks(const transept_text &text, const transept_text_options &options,
                               std::span<const GenerationPiece> pieces,
                               transept_generation_options &batch)
    : options(options), pieces(pieces), allowed(batch.allowed_ids),
      allowedContext(batch.allowed_ids_context) {
  if (allowed) {
    batch.allowed_ids = [](void *context, uint64_t source, const int32_t *ids, uint64_t count,
                           uint64_t generatedFrom, const int32_t **following,
                           uint64_t *followingCount) {
      auto *self = static_cast<BatchCallbacks *>(context);
      return self->allowed(self->allowedContext, self->pieces[source].index, ids, count,
                           generatedFrom, following, followingCount);
    };
    batch.allowed_ids_context = this;
  }
  if (!options.on_text)
    return;
  // Results begin with the prompt, unless they are only drawn to it.
  const transept_generation_defaults *defaults = text.table.generation;
  bool usesDefaults = defaults && batch.ignore_model_defaults == 0;
  const float bias =
      generateOptionsOf(batch).prefixBias.value_or(usesDefaults ? defaults->prefix_bias : 0);
  for (size_t index = 0; index < pieces.size(); ++index) {
    std::span<const int32_t> prompt;
    if (batch.prompt_offsets && bias == 0)
      prompt = {batch.prompt_ids + batch.prompt_offsets[index],
                batch.prompt_ids + batch.prompt_offsets[index + 1]};
    streams.emplace_back(*text.tokenizer, std::vector<int32_t>(prompt.begin(), prompt.end()));
  }
  batch.on_token = [](void *context, uint64_t source, int32_t id) {
    auto *self = static_cast<BatchCallbacks *>(context);
    self->give(source, self->streams[source].add(id));
    return int32_t(self->isStopped);
  };
  batch.on_token_context = this;
}

void BatchCallbacks::finish(size_t index, const std::string &text) {
  if (!streams.empty())
    give(index, streams[index].finish(text));
}

void BatchCallbacks::give(size_t index, const std::string &part) {
  if (!part.empty() && !isStopped)
    isStopped = options.on_text(options.on_text_context, pieces[index].index, part.data(),
                                part.size()) != 0;
}

} // namespace transept::media
