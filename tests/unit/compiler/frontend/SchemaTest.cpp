// SPDX-License-Identifier: Apache-2.0
//
// docs/description.schema.json is what the code says, and what the code writes conforms to it. The
// validator knows the keywords that the schema uses and refuses any other.

#include "compiler/frontend/description/DescriptionJson.h"
#include "compiler/frontend/description/DescriptionTensors.h"

#include "tests/support/TestCheckpoint.h"

namespace transept::frontend {
namespace {

class Validator {
public:
  explicit Validator(const Json &schema) : root(schema) {}

  /// The first violation, or "".
  std::string check(const Json &value, const Json &schema, const std::string &path = "$") {
    for (const auto &[keyword, argument] : schema.items())
      if (std::string error = checkKeyword(value, schema, keyword, argument, path); !error.empty())
        return error;
    return "";
  }

private:
  std::string checkKeyword(const Json &value, const Json &schema, const std::string &keyword,
                           const Json &argument, const std::string &path) {
    if (keyword == "$schema" || keyword == "title" || keyword == "$defs")
      return "";
    if (keyword == "$ref")
      return check(value, root[Json::json_pointer(argument.get<std::string>().substr(1))], path);
    if (keyword == "anyOf") {
      for (const Json &each : argument)
        if (check(value, each, path).empty())
          return "";
      return path + ": none of anyOf";
    }
    bool holds = false;
    if (keyword == "type")
      holds = hasType(value, argument);
    else if (keyword == "enum")
      holds = std::find(argument.begin(), argument.end(), value) != argument.end();
    else if (keyword == "const")
      holds = value == argument;
    else if (keyword == "minimum")
      holds = value >= argument;
    else if (keyword == "maximum")
      holds = value <= argument;
    else if (keyword == "required")
      holds = std::all_of(argument.begin(), argument.end(),
                          [&](const Json &key) { return value.contains(key.get<std::string>()); });
    else if (keyword == "properties")
      return checkMembers(value, schema, path);
    else if (keyword == "items")
      return checkItems(value, argument, path);
    else if (keyword == "additionalProperties")
      return checkAdditional(value, schema, argument, path);
    return holds ? "" : path + ": " + keyword;
  }

  static bool hasType(const Json &value, const std::string &type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer()) ||
           (type == "number" && value.is_number());
  }

  std::string checkMembers(const Json &value, const Json &schema, const std::string &path) {
    for (const auto &[key, member] : value.items())
      if (schema["properties"].contains(key))
        if (std::string error = check(member, schema["properties"][key], path + "." + key);
            !error.empty())
          return error;
    return "";
  }

  std::string checkItems(const Json &value, const Json &schema, const std::string &path) {
    for (const Json &item : value)
      if (std::string error = check(item, schema, path + "[]"); !error.empty())
        return error;
    return "";
  }

  std::string checkAdditional(const Json &value, const Json &schema, const Json &argument,
                              const std::string &path) {
    for (const auto &[key, member] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key))
        continue;
      if (argument == false)
        return path + ": unknown " + key;
      if (std::string error = check(member, argument, path + "." + key); !error.empty())
        return error;
    }
    return "";
  }

  const Json &root;
};

TEST(DescriptionSchema, TheCommittedFileIsCurrent) {
  std::string path = std::string(TRANSEPT_SOURCE_DIR) + "/docs/description.schema.json";
  if (std::getenv("TRANSEPT_UPDATE_GOLDEN"))
    std::ofstream(path, std::ios::binary) << descriptionSchema();
  EXPECT_TRUE(readBytes(path) == descriptionSchema()) << "rewrite with TRANSEPT_UPDATE_GOLDEN=1";
}

TEST(DescriptionSchema, WhatIsWrittenConforms) {
  Json schema = Json::parse(descriptionSchema());
  Validator validator(schema);
  for (const char *folder :
       {"marian", "marian_sepvocab", "t5", "flan_t5", "umt5", "blenderbot_small", "bert2bert",
        "vit_gpt2", "whisper", "speech_to_text", "moonshine_streaming", "cohere_asr",
        "canary_plain"}) {
    Json json = Json::parse(toJson(TestCheckpoint(folder).describe()));
    EXPECT_EQ(validator.check(json, schema), "") << folder;
  }
}

TEST(DescriptionSchema, TheGuidesExampleIsAModel) {
  const std::string guide =
      readBytes(std::string(TRANSEPT_SOURCE_DIR) + "/docs/writing-a-description.md");
  std::string begin = "```json\n";
  size_t from = guide.find(begin) + begin.size();
  std::string text = guide.substr(from, guide.find("```", from) - from);
  Json schema = Json::parse(descriptionSchema());
  EXPECT_EQ(Validator(schema).check(Json::parse(text), schema), "");
  Description description = fromJson(text, "the guide");
  EXPECT_NO_THROW(checkDescription(description));

  // Weights of the shapes that it asks for fit it.
  TemporaryDirectory directory;
  TestTensors tensors;
  for (const TensorUse &use : listTensors(description)) {
    int64_t rows = use.shape.front() + use.reference.rowBegin, columns = use.shape.back();
    TestTensor &tensor = tensors[checkpoints::layerName(use.reference.name, use.layer)];
    if (!tensor.shape.empty() && tensor.shape.front() >= rows)
      continue;
    tensor.type = "F32";
    tensor.shape = use.shape;
    tensor.shape.front() = rows;
    size_t count = size_t(use.shape.size() == 1 ? rows : rows * columns);
    tensor.data = bytesOf(std::vector<float>(count, 0.0f));
  }
  directory.write("model.safetensors", safetensorsFile(tensors));
  checkpoints::Checkpoint checkpoint = checkpoints::Checkpoint::open(directory.path());
  EXPECT_NO_THROW(checkTensors(description, checkpoint));
}

TEST(DescriptionSchema, RefusesWhatTheReaderRefuses) {
  Json schema = Json::parse(descriptionSchema());
  Validator validator(schema);
  Json good = Json::parse(toJson(TestCheckpoint("marian").describe()));
  for (auto [pointer, value] :
       std::vector<std::pair<const char *, Json>>{{"/version", 2},
                                                  {"/source/hiddenSize", 0},
                                                  {"/source/unknown", 1},
                                                  {"/source/feedForward/activation", "mish"},
                                                  {"/logits/weight", 3},
                                                  {"/generation/badWords", {1}},
                                                  {"/generation/exponentialDecay", {1, 2}},
                                                  {"/generation/sequenceBiases", {{{"ids", 1}}}},
                                                  {"/tokenizer/settings", {{"a", 1}}}}) {
    Json json = good;
    json[Json::json_pointer(pointer)] = value;
    EXPECT_NE(validator.check(json, schema), "") << pointer;
    EXPECT_NE(errorOf([&] { fromJson(json.dump()); }), "no error") << pointer;
  }
}

} // namespace
} // namespace transept::frontend
