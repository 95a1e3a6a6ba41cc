// SPDX-License-Identifier: Apache-2.0
//
// Files that are complete or not there: whatever is written goes to a name of its own beside the
// target and takes the target's place at the end.

#ifndef TRANSEPT_BASE_OUTPUTFILE_H
#define TRANSEPT_BASE_OUTPUTFILE_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace transept {

/// A file that is being written. Until finish() the target is as it was; without it, and when a
/// signal ends the program (see removeOutputsOnSignals), nothing of the file is left. Symbolic
/// links are followed. Errors are InputError and begin with "cannot write PATH: ".
class OutputFile {
public:
  /// Begins a file that will be `path`. Throws when that cannot be: its folder does not exist or
  /// cannot be written, there is something that is no regular file, or one that is read-only, or it
  /// is one of `inputs`, by whatever name: writing it would destroy what is read.
  explicit OutputFile(const std::string &path, const std::vector<std::string> &inputs = {});
  ~OutputFile();
  OutputFile(OutputFile &&) noexcept;
  OutputFile &operator=(OutputFile &&) noexcept;

  /// As it was given.
  const std::string &path() const;
  /// Where the bytes are until finish(); others may write or replace that file.
  const std::string &unfinishedPath() const;

  void write(std::string_view bytes);
  /// Lets whoever may read the finished file execute it.
  void makeExecutable();
  /// Throws where fewer than `bytes` are free in the file system, or more than a file may have
  /// here; `what` says what needs them: "the weights need 10 bytes".
  void requireSpace(uint64_t bytes, const std::function<std::string()> &what) const;
  /// Makes it the file at path(). To be called once.
  void finish();
  /// Finishes all; when one fails, those that took no other file's place are removed again.
  static void finishAll(std::vector<OutputFile> files);

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Makes sure that there is a folder of this name, and those above it. Throws InputError "cannot
/// create the folder PATH: ...".
void createFolder(const std::string &path);

/// The whole of a file at once.
void writeOutputFile(const std::string &path, std::string_view content);

/// Makes the signals that end a program by a user's wish (SIGHUP, SIGINT, SIGTERM) remove all
/// unfinished files first, and a limit on the size of files an error instead of a signal. For
/// programs, not for libraries: it is the whole process that is changed.
void removeOutputsOnSignals();

} // namespace transept

#endif
