// SPDX-License-Identifier: Apache-2.0
//
// The table of classes; what they do is in tokenizers/.

#include "compiler/frontend/tokenizers/TokenizerClasses.h"

#include "compiler/frontend/tokenizers/ClassSettings.h"

#include <algorithm>
#include <array>

namespace transept::frontend {

namespace {

struct Class {
  std::string_view name;
  Tokenizer (*settle)(const tokenizers::ClassInput &);
  /// Whether its frame holds for tokenizer.json, too, whose own has the language it was saved with.
  bool marksLanguage = false;
};

constexpr std::array classes = {
    Class{"BartTokenizer", tokenizers::bart},
    Class{"BertJapaneseTokenizer", tokenizers::bertJapanese},
    Class{"BertTokenizer", tokenizers::bert},
    Class{"BlenderbotSmallTokenizer", tokenizers::blenderbotSmall},
    Class{"BlenderbotTokenizer", tokenizers::blenderbot},
    Class{"ByT5Tokenizer", tokenizers::byT5},
    Class{"GPT2Tokenizer", tokenizers::gpt2},
    Class{"IndicTransTokenizer", tokenizers::indicTrans},
    Class{"LEDTokenizer", tokenizers::bart},
    Class{"M2M100Tokenizer", tokenizers::m2m100, /*marksLanguage=*/true},
    Class{"MBart50Tokenizer", tokenizers::mbart50, /*marksLanguage=*/true},
    Class{"MBartTokenizer", tokenizers::mbart, /*marksLanguage=*/true},
    Class{"MT5Tokenizer", tokenizers::t5},
    Class{"MarianTokenizer", tokenizers::marian},
    Class{"MvpTokenizer", tokenizers::bart},
    Class{"NllbTokenizer", tokenizers::nllb, /*marksLanguage=*/true},
    Class{"PLBartTokenizer", tokenizers::plbart},
    Class{"PegasusTokenizer", tokenizers::pegasus},
    Class{"RobertaTokenizer", tokenizers::bart},
    Class{"Speech2TextTokenizer", tokenizers::speechToText},
    Class{"T5Tokenizer", tokenizers::t5},
    Class{"WhisperTokenizer", tokenizers::whisper},
    Class{"XLMRobertaTokenizer", tokenizers::xlmRoberta},
};

const Class *findClass(const std::string &name) {
  for (const Class &each : classes)
    if (each.name == name)
      return &each;
  return nullptr;
}

} // namespace

std::vector<std::string> tokenizerClasses() {
  std::vector<std::string> names;
  for (const Class &each : classes)
    names.emplace_back(each.name);
  return names;
}

std::string defaultTokenizerClass(const std::string &family) {
  constexpr std::array<std::array<std::string_view, 2>, 25> defaults = {
      {{"IndicTrans", "IndicTransTokenizer"},
       {"bart", "BartTokenizer"},
       {"bert2bert", "BertTokenizer"},
       {"bigbird_pegasus", "PegasusTokenizer"},
       {"blenderbot", "BlenderbotTokenizer"},
       {"blip", "BertTokenizer"},
       {"blenderbot_small", "BlenderbotSmallTokenizer"},
       {"encoder_decoder", "BertTokenizer"},
       {"gpt2", "GPT2Tokenizer"},
       {"longt5", "T5Tokenizer"},
       {"m2m_100", "M2M100Tokenizer"},
       {"marian", "MarianTokenizer"},
       {"mbart", "MBartTokenizer"},
       {"mt5", "T5Tokenizer"},
       {"mvp", "MvpTokenizer"},
       {"nllb", "NllbTokenizer"},
       {"pegasus", "PegasusTokenizer"},
       {"plbart", "PLBartTokenizer"},
       {"speech_to_text", "Speech2TextTokenizer"},
       {"t5", "T5Tokenizer"},
       {"trocr", "RobertaTokenizer"},
       {"umt5", "T5Tokenizer"},
       {"vision_encoder_decoder", "RobertaTokenizer"},
       {"vit_gpt2", "GPT2Tokenizer"},
       {"whisper", "WhisperTokenizer"}}};
  std::string name = family;
  std::replace(name.begin(), name.end(), '-', '_');
  for (const auto &[each, className] : defaults)
    if (each == name)
      return std::string(className);
  return "";
}

Tokenizer settleTokenizer(const std::string &className, JsonFields &config,
                          std::vector<std::string> &warnings) {
  const Class *found = findClass(className);
  return found ? found->settle({config, warnings}) : Tokenizer{};
}

Tokenizer settleTokenizerJson(const std::string &className, JsonFields &config,
                              std::vector<std::string> &warnings) {
  Tokenizer tokenizer{.kind = "tokenizer-json", .files = {"tokenizer.json"}, .settings = {}};
  const Class *found = findClass(className);
  if (!found)
    return tokenizer;
  Tokenizer slow = found->settle({config, warnings});
  for (const char *key : {"special_tokens", "languages", "language_token", "source_language",
                          "target_language", "prefix", "suffix"}) {
    bool isOfLanguage = std::string_view(key) != "special_tokens";
    if (slow.settings.contains(key) && (found->marksLanguage || !isOfLanguage))
      tokenizer.settings[key] = slow.settings[key];
  }
  return tokenizer;
}

} // namespace transept::frontend
