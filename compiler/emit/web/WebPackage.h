// SPDX-License-Identifier: Apache-2.0
//
// The module of JavaScript through which a page reaches its model, and its types.

#ifndef TRANSEPT_COMPILER_EMIT_WEB_WEBPACKAGE_H
#define TRANSEPT_COMPILER_EMIT_WEB_WEBPACKAGE_H

#include <cstdint>
#include <string>

namespace transept::emit {

struct WebPackage {
  std::string model; // its name
  std::string stem;  // of all files
  bool hasRelaxed;   // there is STEM-relaxed.wasm
  int64_t weightBytes;
  std::string version; // another one for other files
};

/// bindings/web/module.js, for these files.
std::string javaScriptOf(const WebPackage &package);

/// The types of what it exports, with every option of generation_options.inc.
std::string typesOf(const WebPackage &package);

} // namespace transept::emit

#endif
