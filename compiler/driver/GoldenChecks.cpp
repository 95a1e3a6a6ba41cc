// SPDX-License-Identifier: Apache-2.0
//
// An input or argument that is not known fails the case instead of being skipped.

#include "compiler/driver/GoldenChecks.h"

#include "compiler/driver/GenerationArguments.h"

#include <fmt/format.h>

#include <cstring>
#include <set>
#include <stdexcept>

namespace transept::driver {

namespace {

/// The source rows of a case, as they go into the model.
struct Sources {
  std::vector<std::vector<Id>> ids;
  std::vector<std::vector<uint8_t>> masks; // empty: all kept
  size_t columnCount = 0;

  SourceInput input(size_t row) const {
    return {ids[row], masks.empty() ? std::span<const uint8_t>() : std::span(masks[row])};
  }
  bool keeps(size_t row, size_t column) const { return masks.empty() || masks[row][column] != 0; }
};

std::vector<Id> toIds(std::span<const int64_t> values) {
  return {values.begin(), values.end()};
}

class CaseCheck {
public:
  CaseCheck(const Model &model, const Goldens &goldens, const GoldenCase &golden)
      : model(model), goldens(goldens), golden(golden) {
    result.name = golden.name;
    result.kind = golden.kind;
  }

  CaseResult run() {
    try {
      if (golden.kind == "forward")
        checkForward();
      else if (golden.kind == "generate")
        checkGenerate();
      else
        fail(fmt::format("cases of kind {} are not known", golden.kind));
    } catch (const std::exception &error) {
      fail(error.what());
    }
    for (const Comparison &comparison : result.comparisons)
      if (!comparison.passes())
        fail(fmt::format("{} is off by {:.2g}, allowed {:.2g}", comparison.output,
                         comparison.largestError, comparison.tolerance));
    return std::move(result);
  }

private:
  void fail(const std::string &why) {
    result.failure += (result.failure.empty() ? "" : "; ") + why;
  }

  void expectInputs(const std::set<std::string> &known) const {
    for (const auto &[name, tensor] : golden.inputs)
      if (!known.contains(name))
        throw std::runtime_error(fmt::format("input {} is not known", name));
  }

  /// The tensor of an output, null when it was not recorded.
  const std::string *output(const std::string &name) const {
    auto found = golden.outputs.find(name);
    return found == golden.outputs.end() ? nullptr : &found->second;
  }

  void listNotCompared(const std::set<std::string> &compared) {
    for (const auto &[name, tensor] : golden.outputs)
      if (!compared.contains(name))
        result.notCompared.push_back(name);
  }

  IntegerTable requiredInput(const std::string &name) const {
    auto found = golden.inputs.find(name);
    if (found == golden.inputs.end())
      throw std::runtime_error(fmt::format("there is no input {}", name));
    return goldens.integers(found->second);
  }

  Sources readSources() const {
    IntegerTable ids = requiredInput("input_ids");
    Sources sources;
    sources.columnCount = ids.columnCount;
    for (size_t row = 0; row != ids.rowCount; ++row)
      sources.ids.push_back(toIds(ids.row(row)));
    if (!golden.inputs.contains("attention_mask"))
      return sources;
    IntegerTable mask = requiredInput("attention_mask");
    if (mask.rowCount != ids.rowCount || mask.columnCount != ids.columnCount)
      throw std::runtime_error("input_ids and attention_mask have different shapes");
    for (size_t row = 0; row != mask.rowCount; ++row) {
      std::span<const int64_t> values = mask.row(row);
      sources.masks.emplace_back(values.begin(), values.end());
    }
    return sources;
  }

  std::vector<Source> encode(const Sources &sources) const {
    std::vector<SourceInput> inputs;
    for (size_t row = 0; row != sources.ids.size(); ++row)
      inputs.push_back(sources.input(row));
    return model.encodeBatch(inputs);
  }

  // Forward.

  struct ForwardResult {
    std::vector<std::vector<float>> states; // of each row's kept tokens
    std::vector<Rows> logits;
    bool operator==(const ForwardResult &other) const {
      auto isSame = [](const std::vector<float> &left, const std::vector<float> &right) {
        return left.size() == right.size() &&
               std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
      };
      return std::ranges::equal(states, other.states, isSame) &&
             std::ranges::equal(logits, other.logits, [&](const Rows &left, const Rows &right) {
               return isSame(left.values, right.values);
             });
    }
  };

  ForwardResult forward(const Sources &sources, const std::vector<std::vector<Id>> &targets) const {
    ForwardResult forward;
    std::vector<Source> encoded = encode(sources);
    for (const Source &source : encoded)
      forward.states.emplace_back(source.states().begin(), source.states().end());
    if (!targets.empty())
      forward.logits = model.logitsBatch(encoded, targets);
    return forward;
  }

  void checkForward() {
    expectInputs({"input_ids", "attention_mask", "decoder_input_ids"});
    Sources sources = readSources();
    std::vector<std::vector<Id>> targets;
    if (golden.inputs.contains("decoder_input_ids")) {
      IntegerTable table = requiredInput("decoder_input_ids");
      for (size_t row = 0; row != table.rowCount; ++row)
        targets.push_back(toIds(table.row(row)));
    }
    ForwardResult batch = forward(sources, targets);
    if (output("encoder_last_hidden_state"))
      compareStates(sources, batch);
    if (output("logits"))
      compareLogits(batch);
    listNotCompared({"encoder_last_hidden_state", "logits"});
    if (result.comparisons.empty())
      fail("none of its outputs can be compared");
    checkRowsAlone(sources, targets, batch);
  }

  void checkRowsAlone(const Sources &sources, const std::vector<std::vector<Id>> &targets,
                      const ForwardResult &batch) {
    ForwardResult alone;
    for (size_t row = 0; row != sources.ids.size(); ++row) {
      Sources one{{sources.ids[row]}, {}, sources.columnCount};
      if (!sources.masks.empty())
        one.masks = {sources.masks[row]};
      ForwardResult single =
          forward(one, targets.empty() ? targets : std::vector<std::vector<Id>>{targets[row]});
      std::ranges::move(single.states, std::back_inserter(alone.states));
      std::ranges::move(single.logits, std::back_inserter(alone.logits));
    }
    result.sameBitsAlone = alone == batch;
    if (!*result.sameBitsAlone)
      fail("a row alone does not give the bits that it has in the batch");
  }

  void compareStates(const Sources &sources, const ForwardResult &batch) {
    FloatTensor expected = goldens.floats(*output("encoder_last_hidden_state"));
    size_t width = model.hiddenSize();
    if (expected.values.size() != sources.ids.size() * sources.columnCount * width)
      throw std::runtime_error(
          fmt::format("encoder_last_hidden_state has shape {}, but the model's hidden size is {}",
                      frontend::formatShape(expected.shape), width));
    std::vector<float> wanted, actual;
    for (size_t row = 0; row != sources.ids.size(); ++row) {
      for (size_t column = 0; column != sources.columnCount; ++column) {
        if (!sources.keeps(row, column))
          continue;
        auto begin =
            expected.values.begin() + std::ptrdiff_t((row * sources.columnCount + column) * width);
        wanted.insert(wanted.end(), begin, begin + std::ptrdiff_t(width));
      }
      actual.insert(actual.end(), batch.states[row].begin(), batch.states[row].end());
    }
    result.comparisons.push_back(compareTensors("encoder_last_hidden_state", wanted, actual));
  }

  void compareLogits(const ForwardResult &batch) {
    FloatTensor expected = goldens.floats(*output("logits"));
    std::vector<float> actual;
    for (const Rows &rows : batch.logits)
      actual.insert(actual.end(), rows.values.begin(), rows.values.end());
    result.comparisons.push_back(compareTensors("logits", expected.values, actual));
  }

  // Generate.

  void checkGenerate() {
    expectInputs({"input_ids", "attention_mask", "decoder_input_ids"});
    GenerationArguments arguments = readGenerationArguments(golden.generationArguments);
    arguments.options.ignoreModelDefaults = !golden.usesGenerationConfig;
    Sources sources = readSources();
    if (golden.inputs.contains("decoder_input_ids")) {
      IntegerTable prompts = requiredInput("decoder_input_ids");
      for (size_t row = 0; row != prompts.rowCount; ++row)
        arguments.options.prompts.push_back(toIds(prompts.row(row)));
    }
    std::vector<Sequence> sequences;
    for (Generation &generation : model.generateBatch(encode(sources), arguments.options))
      std::ranges::move(generation.sequences, std::back_inserter(sequences));
    if (!output("sequences"))
      throw std::runtime_error("there is no output sequences");
    compareIds(sequences, arguments.padding);
    if (output("sequences_scores"))
      result.comparisons.push_back(
          compareScores(goldens.floats(*output("sequences_scores")).values, sequences));
    listNotCompared({"sequences", "sequences_scores"});
  }

  void compareIds(const std::vector<Sequence> &sequences, std::optional<Id> givenPadding) {
    IntegerTable expected = goldens.integers(*output("sequences"));
    const transept_generation_defaults *defaults = model.table().generation;
    Id padding = givenPadding ? *givenPadding : defaults ? defaults->padding_id : -1;
    result.idsEqual = expected.rowCount == sequences.size();
    if (!*result.idsEqual)
      return fail(
          fmt::format("expects {} sequences, but got {}", expected.rowCount, sequences.size()));
    for (size_t row = 0; row != sequences.size(); ++row) {
      std::string difference = differenceOf(toIds(expected.row(row)), sequences[row].ids, padding);
      if (difference.empty())
        continue;
      result.idsEqual = false;
      return fail(fmt::format("sequence {} differs {}", row, difference));
    }
  }

  const Model &model;
  const Goldens &goldens;
  const GoldenCase &golden;
  CaseResult result;
};

} // namespace

CaseResult checkCase(const Model &model, const Goldens &goldens, const GoldenCase &golden) {
  return CaseCheck(model, goldens, golden).run();
}

} // namespace transept::driver
