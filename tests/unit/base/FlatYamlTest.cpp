// SPDX-License-Identifier: Apache-2.0
//
// Lists of options as Marian writes them, and what of YAML is refused.

#include "base/FlatYaml.h"
#include "tests/support/ErrorOf.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using testing::HasSubstr;

namespace transept {
namespace {

using Json = nlohmann::ordered_json;

TEST(FlatYaml, ReadsScalarsAndLists) {
  Json options = parseFlatYaml(R"(# What Marian writes, and some that people do.
type: transformer
dim-vocabs:
  - 32000
  - 32000
"tied-embeddings-all": true
transformer-preprocess: ""
transformer-tied-layers: []
input-types: []
vocabs: [a.spm, 'b c.spm']   # a comment
normalize: 0.6
word-penalty: -1e-3
version: v1.9.56 # 63ffa84
empty:
last: ~
)",
                               "options.yml");
  EXPECT_EQ(options, Json::parse(R"({
    "type": "transformer", "dim-vocabs": [32000, 32000], "tied-embeddings-all": true,
    "transformer-preprocess": "", "transformer-tied-layers": [], "input-types": [],
    "vocabs": ["a.spm", "b c.spm"], "normalize": 0.6, "word-penalty": -1e-3,
    "version": "v1.9.56", "empty": null, "last": null})"));
}

TEST(FlatYaml, QuotedTextsMayHaveColonsAndHashes) {
  Json options = parseFlatYaml(R"("a: b": 1
'c: #d': "e: #f"
"": empty
list:
  - "g: h"
  - ''
  - 'i #j'
)",
                               "options.yml");
  EXPECT_EQ(options, Json::parse(R"({"a: b": 1, "c: #d": "e: #f", "": "empty",
                                     "list": ["g: h", "", "i #j"]})"));
}

TEST(FlatYaml, RefusesWhatElseYamlHasWithItsLine) {
  auto errorOf = [](const std::string &text) {
    return transept::errorOf([&] { parseFlatYaml("first: 1\n" + text, "options.yml"); });
  };
  for (const char *text :
       {"a: {b: 1}", "a: &anchor 1", "a: *alias", "a: !tag 1", "a: |\n  text", "a:\n  b: 1",
        "  a: 1", "only text", "a: [1, 2", "- 1", "a: \"\\x\"", "a: 1\n- 2"})
    EXPECT_THAT(errorOf(text), HasSubstr("options.yml: line ")) << text;
  EXPECT_THAT(errorOf("a: 1\na: 2"), HasSubstr("line 3: \"a\" is there twice"));
  EXPECT_THAT(errorOf(std::string(2 << 20, ' ')), HasSubstr("allowed are at most 1048576"));
}

} // namespace
} // namespace transept
