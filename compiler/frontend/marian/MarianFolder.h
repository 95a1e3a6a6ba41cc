// SPDX-License-Identifier: Apache-2.0
//
// The files of a model that Marian itself wrote: weights with their options inside, sentencepiece
// models, perhaps options of the decoder.

#ifndef TRANSEPT_COMPILER_FRONTEND_MARIAN_MARIANFOLDER_H
#define TRANSEPT_COMPILER_FRONTEND_MARIAN_MARIANFOLDER_H

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace transept::frontend {

struct MarianFolder {
  std::string directory;
  std::string weights; // names of files in it
  /// The sentencepiece models of source and target, which may be one; empty where there are none.
  std::string sourceVocabulary, targetVocabulary;
  /// A binary shortlist, or nothing.
  std::string shortlist;
  /// Options of the decoder and the file that they are from; no file: none.
  nlohmann::ordered_json decoder = nlohmann::ordered_json::object();
  std::string decoderFile;
};

/// Whether `path` is a model.npz or .bin of Marian, or a folder with one and no config.json.
bool isMarianModel(const std::string &path);

/// Throws InputError where it is not clear which of several files is meant.
MarianFolder findMarianFiles(const std::string &path, std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif
