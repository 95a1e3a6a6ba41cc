// SPDX-License-Identifier: Apache-2.0
//
// `transept score`: how likely a model takes given targets to be.

#include "commands/Commands.h"
#include "commands/LineCommand.h"

#include "base/Error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <numeric>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

class Scorer {
public:
  explicit Scorer(const LineCommand &command)
      : command(command), model(command.open()), tokenizer(command.openTokenizer(model)) {
    if (model.targetVocabularySize() == 0 || model.table().target_state_width != 0 ||
        !model.labels().empty())
      throw InputError(command.library + " generates no tokens, so it scores none");
    if (!command.sourceLanguage.empty())
      encoding.language = tokenizer->languageId(command.sourceLanguage);
  }

  void run() {
    runLines(
        command, [&](const std::string &line, GenerateSource &source) { read(line, source); },
        [&](const Sources &given) { return score(given); });
  }

private:
  void read(const std::string &line, GenerateSource &source) {
    LineParts parts(line);
    if (!parts.second)
      throw InputError("expects a source, a tab and a target, but got no tab");
    source.ids = tokenizer ? tokenizer->encode(parts.first, encoding)
                           : parseIds(parts.first, model.sourceVocabularySize());
    checkSourceLength(model, source.ids);
    std::vector<Id> &target = targets[source.number];
    if (tokenizer) {
      target = tokenizer->encodeTarget(*parts.second);
      if (std::int32_t start = model.table().generation->decoder_start_id; start >= 0)
        target.insert(target.begin(), start);
    } else {
      target = parseIds(*parts.second, model.targetVocabularySize());
    }
    if (target.empty() || target.size() > model.maximumTargetLength())
      throw InputError(fmt::format("expects a target of 1 to {} tokens, but got {}",
                                   model.maximumTargetLength(), target.size()));
  }

  std::vector<std::string> score(const Sources &given) {
    std::vector<SourceInput> inputs;
    std::vector<std::vector<Id>> ids;
    for (const GenerateSource *source : given) {
      inputs.push_back({.ids = source->ids});
      ids.push_back(targets.at(source->number));
    }
    std::vector<std::string> results;
    for (const std::vector<float> &scores : model.scoreBatch(model.encodeBatch(inputs), ids))
      results.push_back(resultOf(*given[results.size()], scores));
    for (const GenerateSource *source : given)
      targets.erase(source->number);
    return results;
  }

  std::string resultOf(const GenerateSource &source, const std::vector<float> &scores) const {
    double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
    if (!command.isJson)
      return fmt::format("{:.4f}\t{}\n", sum, scores.size() - 1);
    Json object = {{"line", source.line},
                   {"score", sum},
                   {"ids", targets.at(source.number)},
                   {"tokenScores", scores}};
    return object.dump() + "\n";
  }

  const LineCommand &command;
  const Model model;
  const std::unique_ptr<text::Tokenizer> tokenizer;
  text::EncodeOptions encoding;
  std::map<uint64_t, std::vector<Id>> targets; // by the number of their source
};

} // namespace

void addScoreCommand(CLI::App &program) {
  auto options = std::make_shared<LineCommand>();
  CLI::App *command = program.add_subcommand(
      "score",
      "say how likely given targets are\n"
      "A line is a source, a tab and its target; of ids, the target begins with the decoder "
      "start.\n"
      "Writes the logarithm of the target's probability, a tab, and how many tokens it is "
      "of; --json writes each token's.");
  options->addTo(*command, "lines");
  command->callback([options] { Scorer(*options).run(); });
}

} // namespace transept::commands
