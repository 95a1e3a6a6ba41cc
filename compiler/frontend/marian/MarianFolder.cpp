// SPDX-License-Identifier: Apache-2.0
//
// decoder.yml or config.yml says which files belong together; without one, their names do.

#include "compiler/frontend/marian/MarianFolder.h"

#include "base/Error.h"
#include "base/FlatYaml.h"
#include "base/Json.h"
#include "base/MappedFile.h"
#include "base/ModelFolder.h"
#include "checkpoints/MarianBinary.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>
#include <string_view>

namespace transept::frontend {

namespace {

namespace fs = std::filesystem;

constexpr int64_t maximumOptionBytes = 1 << 20;

bool holdsWeights(const fs::path &file) {
  if (!fs::is_regular_file(file))
    return false;
  if (file.extension() == ".npz")
    return true;
  return file.extension() == ".bin" &&
         checkpoints::isMarianBinary(MappedFile(file.string()).bytes());
}

std::vector<std::string> filesThat(const std::string &directory, auto matches) {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(directory))
    if (matches(entry.path()))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The files that an option of the decoder lists, without the folders that they were in.
std::vector<std::string> listedFiles(const MarianFolder &folder, const std::string &key) {
  std::vector<std::string> names;
  auto list = folder.decoder.find(key);
  if (list == folder.decoder.end() || list->is_null())
    return names;
  std::string where = fmt::format("{}: {}", folder.decoderFile, key);
  if (!list->is_array())
    refuseValue(*list, where, "a list of files");
  for (const auto &file : *list)
    names.push_back(fs::path(toText(file, where)).filename().string());
  return names;
}

void readDecoder(MarianFolder &folder, const std::vector<std::string> &names) {
  for (const std::string &name : names) {
    if (!hasFile(folder.directory, name))
      continue;
    folder.decoderFile = folder.directory + "/" + name;
    folder.decoder =
        parseFlatYaml(readFile(folder.decoderFile, maximumOptionBytes), folder.decoderFile);
    return;
  }
}

void findWeights(MarianFolder &folder) {
  std::vector<std::string> listed = listedFiles(folder, "models");
  if (listed.size() > 1)
    throw InputError(fmt::format("{}: models: found {} of them, allowed is one: ensembles are not "
                                 "supported",
                                 folder.decoderFile, listed.size()));
  if (listed.size() == 1 && hasFile(folder.directory, listed.front())) {
    folder.weights = listed.front();
    return;
  }
  std::vector<std::string> found = filesThat(folder.directory, holdsWeights);
  if (found.size() > 1)
    throw InputError(fmt::format("{}: {} could be the model; name the one that is meant",
                                 folder.directory, fmt::join(found, " and ")));
  folder.weights = found.front();
}

bool beginsWith(const std::string &name, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view each) { return name.starts_with(each); });
}

void findVocabularies(MarianFolder &folder, std::vector<std::string> &warnings) {
  auto isModel = [](const fs::path &file) { return file.extension() == ".spm"; };
  std::vector<std::string> listed = listedFiles(folder, "vocabs"),
                           found = filesThat(folder.directory, isModel);
  bool areListed = listed.size() == 2 && std::all_of(listed.begin(), listed.end(), [&](auto &name) {
                     return std::find(found.begin(), found.end(), name) != found.end();
                   });
  if (areListed) {
    folder.sourceVocabulary = listed[0];
    folder.targetVocabulary = listed[1];
    return;
  }
  if (listed.empty() && found.size() == 1) {
    folder.sourceVocabulary = folder.targetVocabulary = found.front();
    return;
  }
  for (const std::string &name : listed.empty() ? found : std::vector<std::string>()) {
    if (beginsWith(name, {"src", "source"}))
      folder.sourceVocabulary = name;
    if (beginsWith(name, {"trg", "tgt", "target"}))
      folder.targetVocabulary = name;
  }
  if (!folder.sourceVocabulary.empty() && !folder.targetVocabulary.empty())
    return;
  folder.sourceVocabulary = folder.targetVocabulary = "";
  warnings.push_back(
      listed.empty()
          ? fmt::format(
                "{}: no vocabulary: it would be one file .spm for both sides, or src*.spm and "
                "trg*.spm; the model takes token ids",
                folder.directory)
          : fmt::format(
                "{}: vocabs: {} are not both there as files .spm; the model takes token ids",
                folder.decoderFile, fmt::join(listed, " and ")));
}

bool holdsShortlist(const fs::path &file) {
  constexpr std::string_view magic = "\xf5\x17\x34\x01\xd5\x48\x1a\xf1";
  if (!fs::is_regular_file(file) || file.extension() != ".bin")
    return false;
  MappedFile mapped(file.string());
  return std::ranges::equal(mapped.bytes().first(std::min(mapped.bytes().size(), magic.size())),
                            std::as_bytes(std::span(magic)));
}

/// The decoder's option lists a file, and behind it how to read it.
void findShortlist(MarianFolder &folder, std::vector<std::string> &warnings) {
  std::vector<std::string> found = filesThat(folder.directory, holdsShortlist);
  auto list = folder.decoder.find("shortlist");
  if (list != folder.decoder.end() && list->is_array() && !list->empty()) {
    std::string where = folder.decoderFile + ": shortlist";
    std::string name = fs::path(toText(list->front(), where)).filename().string();
    if (std::ranges::find(found, name) != found.end())
      folder.shortlist = name;
    else
      warnings.push_back(fmt::format("{}: {} is not there as a binary file .bin, without which "
                                     "there is none",
                                     where, name));
  } else if (found.size() == 1) {
    folder.shortlist = found.front();
  } else if (found.size() > 1) {
    warnings.push_back(fmt::format("{}: {} could be the shortlist, so that there is none; "
                                   "shortlist in decoder.yml says which one is meant",
                                   folder.directory, fmt::join(found, " and ")));
  }
}

} // namespace

bool isMarianModel(const std::string &path) {
  if (fs::is_directory(path))
    return !fs::exists(fs::path(path) / "config.json") && !filesThat(path, holdsWeights).empty();
  return holdsWeights(path);
}

MarianFolder findMarianFiles(const std::string &path, std::vector<std::string> &warnings) {
  MarianFolder folder;
  if (fs::is_directory(path)) {
    folder.directory = path;
    readDecoder(folder, {"decoder.yml", "config.yml"});
    findWeights(folder);
  } else {
    fs::path file = fs::absolute(path).lexically_normal();
    folder.directory = file.parent_path().string();
    folder.weights = file.filename().string();
    readDecoder(folder, {folder.weights + ".decoder.yml", "decoder.yml", "config.yml"});
  }
  findVocabularies(folder, warnings);
  findShortlist(folder, warnings);
  return folder;
}

} // namespace transept::frontend
