// SPDX-License-Identifier: Apache-2.0
//
// The JSON Schema of descriptions as a third archive over DescriptionFields.h, for editors and for
// people who write descriptions by hand.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/description/DescriptionJson.h"

#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

class SchemaWriter {
public:
  explicit SchemaWriter(Json &definitions) : definitions(definitions) {}

  template <typename Value, typename... Range>
  void required(const char *key, Value &value, Range... range) {
    object["properties"][key] = schema(value, range...);
    object["required"].push_back(key);
  }
  template <typename Value, typename... Range>
  void required(const char *key, std::optional<Value> &, Range... range) {
    Value value{};
    object["properties"][key] = schema(value, range...);
  }
  template <typename Value, typename... Range>
  void defaulted(const char *key, Value &value, Range... range) {
    object["properties"][key] = schema(value, range...);
  }

  template <typename Value> void present(const char *key, Value &value, bool) {
    object["properties"][key] = schema(value);
  }

  template <typename Value> void requiredUnless(const char *key, Value &value, bool) {
    present(key, value, true);
  }

  Json object = {{"type", "object"},
                 {"properties", Json::object()},
                 {"required", Json::array()},
                 {"additionalProperties", false}};

private:
  Json schema(bool &) { return {{"type", "boolean"}}; }
  Json schema(std::string &) { return {{"type", "string"}}; }
  Json schema(int64_t &, IntegerRange range) {
    return {{"type", "integer"}, {"minimum", range.minimum}, {"maximum", range.maximum}};
  }
  Json schema(double &, NumberRange range) {
    Json number = {{"type", "number"}};
    if (range.minimum != NumberRange{}.minimum)
      number["minimum"] = range.minimum;
    if (range.maximum != NumberRange{}.maximum)
      number["maximum"] = range.maximum;
    return number;
  }
  Json schema(std::map<std::string, std::string> &) {
    return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  }
  template <typename Element, typename... Range>
  Json schema(std::vector<Element> &, Range... range) {
    Element element{};
    return {{"type", "array"}, {"items", schema(element, range...)}};
  }
  template <typename Enum>
    requires std::is_enum_v<Enum>
  Json schema(Enum &) {
    Json names = Json::array();
    for (const auto &[value, name] : EnumNames<Enum>::rows)
      names.push_back(name);
    return {{"enum", names}};
  }

  Json schema(checkpoints::TensorReference &value) {
    if (!definitions.contains("tensor")) {
      SchemaWriter writer(definitions);
      visitFields(writer, value);
      definitions["tensor"] = {{"anyOf", {Json{{"type", "string"}}, writer.object}}};
    }
    return reference("tensor");
  }
  Json schema(Linear &value) { return define("linear", value); }
  Json schema(Norm &value) { return define("norm", value); }
  Json schema(Positions &value) { return define("positions", value); }
  Json schema(Embedding &value) { return define("embedding", value); }
  Json schema(RelativeBias &value) { return define("relativeBias", value); }
  Json schema(RelativeScores &value) { return define("relativeScores", value); }
  Json schema(BucketScores &value) { return define("bucketScores", value); }
  Json schema(Rotary &value) { return define("rotary", value); }
  Json schema(Window &value) { return define("window", value); }
  Json schema(Chunks &value) { return define("chunks", value); }
  Json schema(AdapterLayer &value) { return define("adapterLayer", value); }
  Json schema(Adapter &value) { return define("adapter", value); }
  Json schema(Tiles &value) { return define("tiles", value); }
  Json schema(Grid &value) { return define("grid", value); }
  Json schema(Stage &value) { return define("stage", value); }
  Json schema(AttentionVariant &value) { return define("attentionVariant", value); }
  Json schema(BlockSums &value) { return define("blockSums", value); }
  Json schema(GlobalTokens &value) { return define("globalTokens", value); }
  Json schema(Attention &value) { return define("attention", value); }
  Json schema(Recurrence &value) { return define("recurrence", value); }
  Json schema(FeedForward &value) { return define("feedForward", value); }
  Json schema(BatchNorm &value) { return define("batchNorm", value); }
  Json schema(DepthwiseConvolution &value) { return define("depthwiseConvolution", value); }
  Json schema(RowMixer &value) { return define("rowMixer", value); }
  Json schema(Sublayer &value) { return define("sublayer", value); }
  Json schema(PredictStream &value) { return define("predictStream", value); }
  Json schema(ChannelConvolution &value) { return define("channelConvolution", value); }
  Json schema(ImageBlock &value) { return define("imageBlock", value); }
  Json schema(ImageStage &value) { return define("imageStage", value); }
  Json schema(PromptTask &value) { return define("promptTask", value); }
  Json schema(ImageTower &value) { return define("imageTower", value); }
  Json schema(Stack &value) { return define("stack", value); }
  Json schema(Convolution &value) { return define("convolution", value); }
  Json schema(ColumnWeights &value) { return define("columnWeights", value); }
  Json schema(GridConvolution &value) { return define("gridConvolution", value); }
  Json schema(Features &value) { return define("features", value); }
  Json schema(Standardization &value) { return define("standardization", value); }
  Json schema(ResidualBlock &value) { return define("residualBlock", value); }
  Json schema(CountedTable &value) { return define("countedTable", value); }
  Json schema(LogitsTransform &value) { return define("logitsTransform", value); }
  Json schema(Logits &value) { return define("logits", value); }
  Json schema(Classifier &value) { return define("classifier", value); }
  Json schema(Forecaster &value) { return define("forecaster", value); }
  Json schema(SpokenLanguage &value) { return define("spokenLanguage", value); }
  Json schema(AlignmentHead &value) { return define("alignmentHead", value); }
  Json schema(SpeechDefaults &value) { return define("speech", value); }
  Json schema(DecayingPenalty &value) { return define("decayingPenalty", value); }
  Json schema(BiasedSequence &value) { return define("biasedSequence", value); }
  Json schema(GenerationDefaults &value) { return define("generation", value); }
  Json schema(Tokenizer &value) { return define("tokenizer", value); }
  Json schema(ShortlistFile &value) { return define("shortlist", value); }

  static Json reference(const std::string &name) { return {{"$ref", "#/$defs/" + name}}; }

  template <typename Value> Json define(const std::string &name, Value &value) {
    if (!definitions.contains(name)) {
      SchemaWriter writer(definitions);
      visitFields(writer, value);
      definitions[name] = std::move(writer.object);
    }
    return reference(name);
  }

  Json &definitions;
};

} // namespace

std::string descriptionSchema() {
  Json definitions = Json::object();
  SchemaWriter writer(definitions);
  writer.object["properties"]["version"] = {{"const", 1}};
  writer.object["required"].push_back("version");
  Description description;
  visitFields(writer, description);
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Transept model description"}};
  schema.update(writer.object);
  schema["$defs"] = definitions;
  return schema.dump(2) + "\n";
}

} // namespace transept::frontend
