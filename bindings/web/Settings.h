// SPDX-License-Identifier: Apache-2.0
//
// The options of one call as JavaScript gives them: names with numbers or texts. A list within a
// list ends with a number that is none.
#ifndef TRANSEPT_BINDINGS_WEB_SETTINGS_H
#define TRANSEPT_BINDINGS_WEB_SETTINGS_H

#include "transept/model.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace transept::web {

struct Setting {
  std::vector<double> numbers;
  std::vector<std::string> texts;
  mutable bool isRead = false;
};

/// What transcribe takes.
struct SoundSettings {
  GenerateOptions generate = {};
  std::string language = {};
  std::uint32_t task = TRANSEPT_TASK_NONE;
  unsigned sampleRate = 16000;
  bool conditionsOnPrevious = false;
};

class Settings {
public:
  Setting &operator[](std::string_view name) { return settings[std::string(name)]; }

  /// What was said under this name, or null.
  const Setting *find(const char *name) const;

  // The value of an option that was given, otherwise what it is already. Throw Error for what is no
  // such value.
  void read(const char *name, std::string &value) const;
  void read(const char *name, bool &value) const;
  void read(const char *name, double &value) const;

  /// Those of generation_options.inc and seed, ignoreModelDefaults, prompt, tokenScores.
  GenerateOptions generateOptions() const;
  /// These and the others of translate.
  TextOptions textOptions() const;
  /// These and the others of transcribe.
  SoundSettings soundSettings() const;

  /// Throws Error for a name that nobody has asked for.
  void refuseUnread() const;

private:
  std::map<std::string, Setting> settings;
  mutable std::string known; // names that were asked for
};

} // namespace transept::web

#endif
