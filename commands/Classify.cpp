// SPDX-License-Identifier: Apache-2.0
//
// `transept classify`: texts or pairs of texts in, the label of each out.

#include "commands/Commands.h"
#include "commands/LineCommand.h"

#include "base/Error.h"
#include "transept/zero_shot.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::commands {

namespace {

using Json = nlohmann::ordered_json;

struct ClassifyCommand {
  LineCommand lines;
  std::vector<std::string> labels; // the caller's
  ZeroShotOptions zeroShot;
};

std::string resultOf(const ClassifyCommand &command, const GenerateSource &source,
                     const Classification &result) {
  const LabelScore &best = result.best();
  if (!command.lines.isJson)
    return fmt::format("{}\t{:.4f}\n", best.label, best.score);
  Json object = {{"line", source.line}, {"label", best.label}, {"score", best.score}};
  Json &labels = object["labels"] = Json::array();
  for (const LabelScore &each : result.labels)
    labels.push_back({{"label", each.label}, {"score", each.score}, {"logit", each.logit}});
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Each line against the caller's labels.
void classifyAsGiven(const ClassifyCommand &command, const Model &model) {
  ZeroShotOptions options = command.zeroShot;
  options.sourceLanguage = command.lines.sourceLanguage;
  checkZeroShot(model, command.labels, options);
  runLines(
      command.lines, [](const std::string &line, GenerateSource &source) { source.text = line; },
      [&](const Sources &given) {
        std::vector<std::string> results;
        for (const GenerateSource *source : given) {
          try {
            results.push_back(resultOf(command, *source,
                                       classifyAs(model, source->text, command.labels, options)));
          } catch (const Error &error) { // about pairs of the line with the labels
            throw Error(error.code(), fmt::format("sources[{}]: {}", results.size(), error.what()));
          }
        }
        return results;
      });
}

void classifyLines(const ClassifyCommand &command, const Model &model,
                   const text::Tokenizer *tokenizer) {
  text::EncodeOptions encoding;
  if (!command.lines.sourceLanguage.empty())
    encoding.language = tokenizer->languageId(command.lines.sourceLanguage);
  auto read = [&](const std::string &line, GenerateSource &source) {
    LineParts parts(line);
    encoding.second = parts.second;
    source.ids = tokenizer ? tokenizer->encode(parts.first, encoding)
                           : parseIds(line, model.sourceVocabularySize());
    checkSourceLength(model, source.ids);
  };
  runLines(command.lines, read, [&](const Sources &given) {
    std::vector<SourceInput> inputs;
    for (const GenerateSource *source : given)
      inputs.push_back({.ids = source->ids});
    std::vector<std::string> results;
    for (const Classification &each : model.classifyBatch(model.encodeBatch(inputs)))
      results.push_back(resultOf(command, *given[results.size()], each));
    return results;
  });
}

void classify(const ClassifyCommand &command) {
  const Model model = command.lines.open();
  if (model.labels().empty())
    throw InputError(command.lines.library + " has no labels: it is no classifier");
  std::unique_ptr<text::Tokenizer> tokenizer = command.lines.openTokenizer(model);
  if (command.labels.empty())
    return classifyLines(command, model, tokenizer.get());
  if (command.lines.usesIds)
    throw CLI::ValidationError("--label", "is for texts, not for --ids");
  classifyAsGiven(command, model);
}

} // namespace

void addClassifyCommand(CLI::App &program) {
  auto options = std::make_shared<ClassifyCommand>();
  CLI::App *command = program.add_subcommand(
      "classify", "say which label fits a text best\n"
                  "Writes the label, a tab, and its score; --json writes all labels.\n"
                  "A tab in a line stands between the two texts of a pair.");
  options->lines.addTo(*command, "texts");
  CLI::Option *label = command->add_option(
      "--label", options->labels,
      "a label of your own, to be given several times: by a model of pairs that knows entailment, "
      "which reads each text with a sentence about each label");
  command
      ->add_option("--hypothesis", options->zeroShot.hypothesis,
                   "that sentence, {} for the label [This example is {}.]")
      ->needs(label);
  command
      ->add_flag("--independent", options->zeroShot.areIndependent,
                 "score each label by itself: several may fit, or none")
      ->needs(label);
  command->callback([options] { classify(*options); });
}

} // namespace transept::commands
