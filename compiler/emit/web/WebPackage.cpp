// SPDX-License-Identifier: Apache-2.0
//
// Both texts are data of the compiler, with places to fill in.

#include "compiler/emit/web/WebPackage.h"

#include "transept/abi.h"

#include "llvm/ADT/StringRef.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

// The files of bindings/web (WebTexts.S.in).
extern "C" const char transept_web_module[], transept_web_module_end[], transept_web_types[],
    transept_web_types_end[];

namespace transept::emit {

namespace {

std::string filled(llvm::StringRef text,
                   const std::vector<std::pair<std::string, std::string>> &values) {
  std::string result;
  while (!text.empty()) {
    auto [before, rest] = text.split('@');
    result += before;
    auto [name, behind] = rest.split('@');
    auto value = std::find_if(values.begin(), values.end(),
                              [&, key = name](const auto &each) { return each.first == key; });
    if (value != values.end()) {
      result += value->second;
      text = behind;
    } else {
      result += before.size() == text.size() ? "" : "@";
      text = rest;
    }
  }
  return result;
}

/// An option as a member of an interface.
std::string member(const char *name, const char *help, const char *type) {
  return fmt::format("  /** {} */\n  {}?: {};\n", help, name, type);
}

std::string members() {
  std::string text;
#define OPTION_NUMBER(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  text += member(#name, help, "number");
#define OPTION_LIMIT OPTION_NUMBER
#define OPTION_FRACTION OPTION_NUMBER
#define OPTION_ID OPTION_NUMBER
#define OPTION_MODEL_ID(...)
#define OPTION_IDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)             \
  text += member(#name, help, "readonly number[]");
#define OPTION_WORDS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  text += member(#name, help, "readonly (readonly number[])[]");
#define OPTION_TEXTS(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  text += member(#name, help, "string | readonly string[]");
#define OPTION_EARLY_STOPPING(name, abi_name, key, flag, hugging_face_name, neutral, range, help)  \
  text += member(#name, help, "boolean | \"never\"");
#define OPTION_BOOLEAN(name, abi_name, key, flag, hugging_face_name, neutral, range, help)         \
  text += member(#name, help, "boolean");
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  text += member(#name, help, "readonly [number, number]");
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  text += member(#name, help, "readonly (readonly [readonly number[], number])[]");
#include "transept/generation_options.inc"
  return text;
}

} // namespace

std::string javaScriptOf(const WebPackage &package) {
  return filled({transept_web_module, size_t(transept_web_module_end - transept_web_module)},
                {{"NAME", package.model},
                 {"STEM", package.stem},
                 {"RELAXED", package.hasRelaxed ? fmt::format("\"{}-relaxed.wasm\"", package.stem)
                                                : "undefined"},
                 {"WEIGHT_BYTES", std::to_string(package.weightBytes)},
                 {"VERSION", package.version}});
}

std::string typesOf(const WebPackage &package) {
  return filled({transept_web_types, size_t(transept_web_types_end - transept_web_types)},
                {{"NAME", package.model}, {"STEM", package.stem}, {"OPTIONS", members()}});
}

} // namespace transept::emit
