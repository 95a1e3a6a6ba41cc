// SPDX-License-Identifier: Apache-2.0
//
// The manifest's JSON: what is written is read back, in the order of the lists, and nothing may
// miss.

#include "base/LibraryManifest.h"

#include <gtest/gtest.h>

namespace transept {
namespace {

using manifest::Json;

manifest::Manifest example() {
  return {
      .format = "transept-library",
      .abi_version = 3,
      .name = "model",
      .family = "own",
      .weights = {.type = "int8", .bytes = int64_t(1) << 40},
      .caches = {.type = "bf16"},
      .depth = {.encode = {.products = 3, .attentions = 1},
                .decode = {.products = 5, .attentions = 2}},
      .cpu = {.features = {"avx2"},
              .levels = {{.name = "any", .features = {}, .compiled_for = "x86-64"}}},
      .memory =
          {.encoder_cache_bytes_per_source_token = 1,
           .self_cache_bytes_per_target_token_and_beam = 2,
           .cache_block_tokens = 16,
           .encode = {.bytes_per_row = 4, .bytes_per_worker = 5, .bytes_per_worker_and_key = 6},
           .decode = {.bytes_per_row = 7, .bytes_per_worker = 8, .bytes_per_worker_and_key = 9}},
      .tokenizer = {.kind = "unigram", .files = {"a.spm"}, .settings = {{"legacy", "true"}}},
      .description = std::nullopt,
  };
}

TEST(Manifest, IsReadAsItIsWritten) {
  manifest::Manifest written = example();
  written.description = Json{{"version", 1}};
  Json json(written);
  EXPECT_EQ(Json(Json::parse(json.dump()).get<manifest::Manifest>()), json);
  EXPECT_EQ(json.at("depth").dump(), "{\"encode\":{\"products\":3,\"attentions\":1},"
                                     "\"decode\":{\"products\":5,\"attentions\":2}}");
  EXPECT_EQ(json.at("cpu").at("levels").at(0).at("compiled_for"), "x86-64");
  EXPECT_EQ(json.at("weights").at("bytes"), int64_t(1) << 40);
}

TEST(Manifest, HasNoDescriptionWhereTheModelHasNone) {
  Json json(example());
  EXPECT_FALSE(json.contains("description"));
  EXPECT_FALSE(json.get<manifest::Manifest>().description);
}

TEST(Manifest, IsRefusedWhereAFieldIsMissing) {
  const Json whole(example());
  for (const auto &[key, value] : whole.items()) {
    Json json = whole;
    json.erase(key);
    EXPECT_THROW(json.get<manifest::Manifest>(), Json::exception) << key;
  }
}

} // namespace
} // namespace transept
