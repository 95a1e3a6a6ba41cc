// SPDX-License-Identifier: Apache-2.0
//
// Prints docs/reference/generation-options.md: the rows of generation_options.inc as a page, under
// all the names that an option has.

#include "transept/abi.h"
#include "transept/detail/OptionRange.h"

#include <fmt/format.h>

#include <cstdio>
#include <sstream>
#include <string>

namespace {

using namespace transept;

constexpr const char *kBeginning = R"(# Generation options

Each can be set in C++ (`GenerateOptions`), in C (`transept_generation_options`), in Python (keywords), with
`transept generate` and as the default of a model: in its `generation_config.json` under Hugging Face's name, in the
`generation` of a description under the JSON key. What is set nowhere takes the neutral default. The
meanings are those of transformers 4.44.

Lengths count the decoder start and the prompt; new tokens do not. Where both are known, the new
tokens decide; an own length decides over the model's default of new tokens. Beam search ranks
hypotheses by their sum of log-probabilities / length ** length penalty.

Sampling draws each token by its probability after all rules, then temperature, top-k, top-p, min-p,
typical-p and the two cut-offs, in this order. A sample's score is the sum of the log-probabilities
with which its tokens were drawn. Random numbers come from the seed, the number of the source, the
number of the sample and the length of the sequence so far, and from nothing else: batches, threads
and other sources change no sample. The number of a source is its place in the call, or what
`sourceNumbers` says; with `transept generate`, it is the line or file, from 0.

Rules act in Hugging Face's order: biases, the penalty of the source, that of repetition, n-grams, bad
words, least lengths, `allowedIds`, forced ids, the decaying penalty, suppressed ids; log-probabilities
are renormalized last. An end that is banned stays so under a decaying penalty, where Hugging Face
computes with NaN. The penalty of the source counts all its ids, padding too. In beam search it acts on
the first beam alone, as Hugging Face's does on a source alone; in a batch, theirs acts on beams of other
sources.

With several beams, sampling draws a step's continuations one after another from those of all beams,
by the probability of beam and token together, draw number d with the random number of sample d. At
least one more token than there are end ids is kept of each beam.

Groups of beams (`beamGroups`) have their own hypotheses and go one after another in each step; the
results of all are sorted together. A group that has finished counts as choosing padding.

Forced words (`forcedWords` in C++, `--force` and `--force-ids`) steer beam search: continuations that
bring a beam nearer to its words are looked at beside the best ones, and an end counts only once all
words are there. Their scores are the model's own. Where the rules or the length leave no way, results
come without them.

Stop strings (`stopStrings`) look at the texts of a result's tokens in a row, those of its prompt included, and
count once their last character is in a token that was generated; the result keeps that token, and least lengths
do not hold it up. The texts are the library's tokenizer's, or what the function `tokenText` says. In beam search,
a hypothesis that completes one is finished, as one with an end id is.

`patience`, `coveragePenalty`, `prefixBias` and `alternatives` are CTranslate2's `patience`, `coverage_penalty`,
`prefix_bias_beta` and `return_alternatives`. A group of k beams collects round(k * patience) hypotheses before it
may end. The coverage penalty takes the cross-attention of the last layer, averaged over the heads, from one more
pass over each hypothesis at the end; it needs a listener of tokens to be absent. With a bias, the prompt is not
put before results: as long as a hypothesis goes along with it, the probability of each token becomes (1 - bias)
times the model's, plus the bias for the prompt's own next token. Alternatives are `returnCount` results that
begin with as many different tokens behind the prompt, each found by a search of its own.

`lookupLength` makes greedy search and sampling guess: where the last tokens of a result (`lookupNgramSize` of them, or fewer)
were before in it or in its source, what followed there is checked together with the next step. Ids, scores and
bits are those without it; it is faster where results repeat themselves or their sources, and slower where
guesses are wrong and the processor is busy with many sources. `allowedIds` is asked about guesses, too.
Instead, a function may guess (`guess`), or a smaller model (`--draft LIBRARY`, `transept/draft.h`): at most
`guessLength` tokens a step, of a model two more after guesses that were all right, and one less otherwise.

`vocabulary` and `shortlist` let a step read a part of the vocabulary's weights: ids of the call, or those that the
model's shortlist (lex.*.bin) has for each source. Logits are bit by bit those of the whole vocabulary,
but log-probabilities are among the part's tokens. Ids that end a result, and forced words, are in each part.

`tokenScores` in C++ asks for the score of each token, as transformers' `compute_transition_scores`
gives it: `Processed` is what the search worked with, `Normalized` the log-probability after rules and
cuts, which greedy search, beams and samples have alike. `transept generate --token-scores` shows the
latter.

A call can be heard and ended: `onToken` gets each token of the best result as soon as it is certain,
in beam search once all hypotheses that can still win agree on it, of several samples those of the first. `stop`, a `std::stop_token`, ends
encode and generate before their next step; with `keepPartial` generate then returns what there is.

`onProgress` counts the sources that are done.

What is particular to one call (prompts, forced words, listeners, a stop token, `tokenScores`,
`allowedIds`, `tokenText`, `ignoreModelDefaults`, seed and `sourceNumbers`, the timestamps of speech) is in `transept/options.h`.

| C++ | command line | Hugging Face | neutral default | allowed |
|---|---|---|---|---|
)";

struct Option {
  const char *name, *flag, *huggingFaceName;
  std::string neutral, allowed;
};

void print(const Option &option) {
  std::string flag = *option.flag ? fmt::format("`{}`", option.flag) : "";
  std::string theirs = *option.huggingFaceName ? fmt::format("`{}`", option.huggingFaceName) : "";
  fmt::print("| `{}` | {} | {} | {} | {} |\n", option.name, flag, theirs, option.neutral,
             option.allowed);
}

/// An item of a list, in lines of at most 120 characters.
void printItem(const std::string &text) {
  std::istringstream words(text);
  size_t length = 1;
  fmt::print("-");
  for (std::string word; words >> word; length += word.size() + 1) {
    bool isFull = length + 1 + word.size() > 120;
    fmt::print("{}{}", isFull ? "\n  " : " ", word);
    length = isFull ? 1 : length;
  }
  fmt::print("\n");
}

/// `pythonName` where it is not that of C, or empty.
void printMeaning(const char *name, const std::string &abiName, const char *key, const char *help,
                  const std::string &pythonName = "") {
  std::string names = pythonName.empty()
                          ? fmt::format("C and Python: `{}`", abiName)
                          : fmt::format("C: `{}`, Python: `{}`", abiName, pythonName);
  printItem(fmt::format("`{}` ({}, JSON: `{}`): {}", name, names, key, help));
}

void printTable() {
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  print({#name, flag, hugging_face_name, fmt::format("{}", neutral), detail::range.text()});
#define OPTION_LIMIT(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  print({#name, flag, hugging_face_name, "none", detail::range.text() + ", -1: none"});
#define OPTION_FRACTION OPTION_NUMBER
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, ...)                   \
  print({#name, flag, hugging_face_name, "false", "false, true, never"});
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, ...)                          \
  print({#name, flag, hugging_face_name, "false", "false, true"});
#define OPTION_ID(name, abi_name, key, flag, hugging_face_name, ...)                               \
  print({#name, flag, hugging_face_name, "none", "an id of the target vocabulary, -1: none"});
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, ...)                              \
  print({#name, flag, hugging_face_name, "none", "ids of the target vocabulary"});
#define OPTION_WORDS(name, abi_name, key, flag, hugging_face_name, ...)                            \
  print({#name, flag, hugging_face_name, "none", "lists of ids of the target vocabulary"});
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  print({#name, flag, hugging_face_name, "none", "texts of " + detail::range.text() + " bytes"});
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  print({#name, flag, hugging_face_name, "none", "0 or more; " + detail::range.text()});
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  print({#name, flag, hugging_face_name, "none",                                                   \
         "ids of the target vocabulary; " + detail::range.text()});
#include "transept/generation_options.inc"
}

void printMeanings() {
  fmt::print("\nWhat they mean:\n\n");
#define OPTION_OF_ANY_TYPE(name, abi_name, key, flag, hugging_face_name, neutral, range, help)     \
  printMeaning(#name, #abi_name, #key, help);
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)             \
  printMeaning(#name, #abi_name "s", #key, help);
#define OPTION_WORDS OPTION_IDS
#define OPTION_TEXTS OPTION_IDS
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  printMeaning(#name, #abi_name "_start` and `" #abi_name "_factor", #key, help, #abi_name);
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  printMeaning(#name, #abi_name "_ids", #key, help, #abi_name);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
}

void printModelIds() {
  fmt::print("\nOf the model alone, not of a call:\n\n");
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_MODEL_ID(name, abi_name, key, flag, hugging_face_name, neutral, range, help)        \
  printItem(fmt::format("`{}` (JSON: `{}`): {}", hugging_face_name, #key, help));
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
}

} // namespace

int main() {
  fmt::print("{}", kBeginning);
  printTable();
  printMeanings();
  printModelIds();
}
