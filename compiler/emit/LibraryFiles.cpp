// SPDX-License-Identifier: Apache-2.0
//
// Two of the files may not be one: the later would take the earlier's place.

#include "compiler/emit/LibraryFiles.h"

#include "base/Error.h"

#include <filesystem>

namespace transept::emit {

namespace fs = std::filesystem;

LibraryFiles::LibraryFiles(const std::string &libraryPath) {
  files.emplace_back(libraryPath);
}

void LibraryFiles::refuseTwice(const std::string &path) const {
  std::error_code ignored;
  for (const OutputFile &file : files)
    if (fs::weakly_canonical(file.path(), ignored) == fs::weakly_canonical(path, ignored))
      throw InputError("cannot write " + path + ": it would take the place of " + file.path() +
                       ", which is written as well");
}

OutputFile &LibraryFiles::add(const std::string &path) {
  refuseTwice(path);
  return files.emplace_back(path);
}

void LibraryFiles::addAll(std::vector<OutputFile> written) {
  for (OutputFile &file : written) {
    refuseTwice(file.path());
    files.push_back(std::move(file));
  }
}

void LibraryFiles::addHeader(const std::string &modelName) {
  headerIndex = files.size();
  add(fs::path(library().path()).replace_filename(modelName + ".h").string());
}

} // namespace transept::emit
