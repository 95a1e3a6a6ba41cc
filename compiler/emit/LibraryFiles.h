// SPDX-License-Identifier: Apache-2.0
//
// The files of one compilation, which appear together at its end or not at all.

#ifndef TRANSEPT_COMPILER_EMIT_LIBRARYFILES_H
#define TRANSEPT_COMPILER_EMIT_LIBRARYFILES_H

#include "base/OutputFile.h"

#include <string>
#include <vector>

namespace transept::emit {

/// A library and what goes beside it: its header, the plan, a report. Throws InputError as
/// OutputFile does.
class LibraryFiles {
public:
  explicit LibraryFiles(const std::string &libraryPath);

  OutputFile &library() { return files.front(); }
  /// Begins another file; one that is written already is refused. The reference is valid until the
  /// next file is added.
  OutputFile &add(const std::string &path);
  /// Takes over files that are written, for the same end.
  void addAll(std::vector<OutputFile> written);
  /// Begins the header of a model of this name, beside the library.
  void addHeader(const std::string &modelName);
  OutputFile &header() { return files.at(headerIndex); }

  /// Makes all of them what their paths name. To be called once.
  void finish() { OutputFile::finishAll(std::move(files)); }

private:
  void refuseTwice(const std::string &path) const;

  std::vector<OutputFile> files; // the library first
  size_t headerIndex = 0;
};

} // namespace transept::emit

#endif
