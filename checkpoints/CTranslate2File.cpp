// SPDX-License-Identifier: Apache-2.0
//
// Version 6 (ctranslate2/specs/model_spec.py): the kind of model, variables one after another, and
// other names of some of them. Variables are named by CTranslate2's layers; one table leads from
// there to the names of transformers, so that whoever knows those can read the file.

#include "checkpoints/CTranslate2File.h"

#include "base/Json.h"
#include "checkpoints/ByteReader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <regex>

namespace transept::checkpoints {

namespace {

constexpr uint32_t version = 6, largestVersion = 255;
constexpr uint16_t maximumNameBytes = 1000;
constexpr size_t maximumRank = 8;

// By their numbers in the file.
constexpr std::array types = {ElementType::F32, ElementType::I8,  ElementType::I16,
                              ElementType::I32, ElementType::F16, ElementType::BF16};

struct Module {
  std::string_view path;                 // of CTranslate2, within a side or a layer
  std::array<std::string_view, 3> parts; // of transformers, which lie one after another in it
};

constexpr Module modules[] = {
    {"self_attention/layer_norm", {"self_attn_layer_norm"}},
    {"self_attention/linear_0", {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}},
    {"self_attention/linear_1", {"self_attn.out_proj"}},
    {"attention/layer_norm", {"encoder_attn_layer_norm"}},
    {"attention/linear_0", {"encoder_attn.q_proj"}},
    {"attention/linear_1", {"encoder_attn.k_proj", "encoder_attn.v_proj"}},
    {"attention/linear_2", {"encoder_attn.out_proj"}},
    {"ffn/layer_norm", {"final_layer_norm"}},
    {"ffn/linear_0", {"fc1"}},
    {"ffn/linear_1", {"fc2"}},
    {"layer_norm", {"layer_norm"}},
    {"position_encodings", {"embed_positions"}},
    {"conv1", {"conv1"}},
    {"conv2", {"conv2"}},
    {"embeddings_0", {"embed_tokens"}},
    {"embeddings", {"embed_tokens"}},
};

using Field = std::pair<std::string_view, std::string_view>;
constexpr Field fields[] = {{"weight", "weight"},
                            {"gamma", "weight"},
                            {"encodings", "weight"},
                            {"bias", "bias"},
                            {"beta", "bias"}};

class FileReader {
public:
  FileReader(std::span<const std::byte> bytes, const std::string &origin)
      : origin(origin), reader(bytes, origin) {}

  std::vector<TensorInfo> read() {
    if (auto found = reader.number<uint32_t>(); found != version)
      reader.fail(fmt::format("found version {} of CTranslate2's format, allowed is {}, which "
                              "its converters 3 and 4 write",
                              found, version));
    std::string_view kind = name();
    add("spec", ElementType::U8, {int64_t(kind.size())}, std::as_bytes(std::span(kind)));
    add("spec/revision", ElementType::U32, {}, reader.take(sizeof(uint32_t)));
    for (auto count = reader.number<uint32_t>(); count != 0; --count)
      readVariable();
    for (auto &[name, info] : variables)
      if (info.type == ElementType::I8 && info.shape.size() > 1)
        setScale(info, name + "_scale");
    for (const std::string &name : scales)
      variables.erase(name);
    for (auto count = reader.number<uint32_t>(); count != 0; --count)
      readAlias();
    if (reader.remaining() != 0)
      reader.fail(fmt::format("{} bytes follow behind the last name", reader.remaining()));
    rename();
    return std::move(tensors);
  }

private:
  [[noreturn]] void fail(std::string_view name, const std::string &what) const {
    throw InputError(fmt::format("{}: variable {}: {}", origin, quoteText(name), what));
  }

  std::string_view name() {
    auto size = reader.number<uint16_t>();
    if (size < 2 || size > maximumNameBytes)
      reader.fail(
          fmt::format("found a name of {} bytes, allowed are 2 to {}", size, maximumNameBytes));
    std::string_view text = reader.text(size);
    if (text.find('\0') != text.size() - 1)
      reader.fail("a name has no zero at its end, or another one");
    return text.substr(0, text.size() - 1);
  }

  void readVariable() {
    std::string name(this->name());
    auto rank = reader.number<uint8_t>();
    if (rank > maximumRank)
      fail(name, fmt::format("found rank {}, allowed are 0 to {}", rank, maximumRank));
    std::vector<int64_t> shape(rank);
    for (int64_t &size : shape)
      size = reader.number<uint32_t>();
    auto type = reader.number<uint8_t>();
    bool isWhole =
        type < types.size() && elementSize(types[type]) > 1 && !isWeightType(types[type]);
    if (type >= types.size() || (isWhole && rank > 0))
      fail(name, fmt::format("found type {} of rank {}, allowed are 0 (f32), 1 (int8), 4 (f16) and "
                             "5 (bf16), and 2 (int16) and 3 (int32) of rank 0",
                             type, rank));
    int64_t wanted = elementSize(types[type]);
    for (int64_t size : shape)
      if (size == 0 || __builtin_mul_overflow(wanted, size, &wanted))
        fail(name, fmt::format("the shape {} has no elements, or its product overflows",
                               formatShape(shape)));
    if (auto size = reader.number<uint32_t>(); size != wanted)
      fail(name, fmt::format("{} of shape {} takes {} bytes, but has {}",
                             elementTypeName(types[type]), formatShape(shape), wanted, size));
    TensorInfo info{.name = name,
                    .type = types[type],
                    .shape = std::move(shape),
                    .data = reader.take(uint64_t(wanted)),
                    .divisor = rank == 0 && !isWeightType(types[type]) ? 1.0f : 0.0f,
                    .file = origin};
    if (!variables.try_emplace(name, std::move(info)).second)
      fail(name, "it is there twice");
  }

  void setScale(TensorInfo &info, const std::string &name) {
    auto found = variables.find(name);
    int64_t rows = info.rowCount();
    if (found == variables.end() || found->second.type != ElementType::F32 ||
        found->second.shape != std::vector<int64_t>{rows})
      fail(name, fmt::format("a matrix of int8 needs it as f32 of shape [{}]: one for each row, "
                             "and it is absent or another",
                             rows));
    info.rowDivisors = found->second.data;
    for (int64_t row = 0; row < rows; ++row)
      if (float divisor = info.rowDivisor(row); !std::isfinite(divisor) || divisor <= 0)
        fail(name, fmt::format("found {} at {}, allowed are finite numbers above 0", divisor, row));
    scales.push_back(name);
  }

  void readAlias() {
    std::string alias(name()), target(name());
    auto found = variables.find(target);
    if (found == variables.end())
      fail(alias, fmt::format("it is said to be {}, which is not there", quoteText(target)));
    if (!variables.try_emplace(alias, found->second).second)
      fail(alias, "it is there twice");
  }

  void rename() {
    const std::byte *source = dataOf("encoder/embeddings_0/weight"),
                    *target = dataOf("decoder/embeddings/weight");
    for (const auto &[name, info] : variables) {
      if (info.shape.empty())
        add(name, info.type, {}, info.data, info.divisor);
      else if (name == "decoder/projection/weight" && info.data.data() == target)
        continue;
      else if (name == "encoder/embeddings_0/weight" && source == target)
        addRows(info, 0, info.shape[0], "model.shared.weight");
      else if (name == "decoder/projection/weight")
        addRows(info, 0, info.shape[0], "lm_head.weight");
      else if (name == "decoder/projection/bias")
        addRows(info, 0, info.shape[0], "final_logits_bias");
      else if (name != "decoder/embeddings/weight" || source != target)
        addParts(name, info);
    }
  }

  const std::byte *dataOf(const std::string &name) const {
    auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.data.data();
  }

  /// "encoder/layer_3/ffn/linear_0/weight" -> "model.encoder.layers.3.fc1.weight"
  void addParts(const std::string &name, const TensorInfo &info) {
    static const std::regex form("(encoder|decoder)/(?:layer_([0-9]+)/)?(.+)/([a-z]+)");
    std::smatch match;
    bool hasForm = std::regex_match(name, match, form);
    auto module = std::ranges::find(modules, hasForm ? match[3].str() : "", &Module::path);
    auto field = std::ranges::find(fields, hasForm ? match[4].str() : "", &Field::first);
    if (module == std::end(modules) || field == std::end(fields))
      fail(name, "models that are read have no such variable");
    std::string prefix = fmt::format("model.{}.", match[1].str());
    if (match[2].matched)
      prefix += fmt::format("layers.{}.", match[2].str());
    auto parts = std::ranges::count_if(module->parts, [](auto part) { return !part.empty(); });
    if (info.shape[0] % parts != 0)
      fail(name, fmt::format("found shape {}, allowed are {} parts of one size",
                             formatShape(info.shape), parts));
    int64_t rows = info.shape[0] / parts;
    for (int64_t part = 0; part < parts; ++part)
      addRows(info, part * rows, rows,
              fmt::format("{}{}.{}", prefix, module->parts[size_t(part)], field->second));
  }

  void addRows(const TensorInfo &whole, int64_t begin, int64_t count, const std::string &name) {
    auto rowsOf = [&](std::span<const std::byte> bytes) {
      size_t rowBytes = bytes.size() / size_t(whole.shape[0]);
      return bytes.subspan(size_t(begin) * rowBytes, size_t(count) * rowBytes);
    };
    TensorInfo part = whole;
    part.name = name;
    part.data = rowsOf(whole.data);
    part.rowDivisors = rowsOf(whole.rowDivisors);
    part.shape[0] = count;
    tensors.push_back(std::move(part));
  }

  void add(const std::string &name, ElementType type, std::vector<int64_t> shape,
           std::span<const std::byte> data, float divisor = 0) {
    tensors.push_back({.name = name,
                       .type = type,
                       .shape = std::move(shape),
                       .data = data,
                       .divisor = divisor,
                       .file = origin});
  }

  const std::string &origin;
  ByteReader reader;
  std::map<std::string, TensorInfo> variables;
  std::vector<std::string> scales;
  std::vector<TensorInfo> tensors;
};

} // namespace

bool isCTranslate2File(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(uint32_t))
    return false;
  auto found = ByteReader(bytes, "").number<uint32_t>();
  return found != 0 && found <= largestVersion;
}

std::vector<TensorInfo> parseCTranslate2File(std::span<const std::byte> bytes,
                                             const std::string &origin) {
  return FileReader(bytes, origin).read();
}

} // namespace transept::checkpoints
