// SPDX-License-Identifier: Apache-2.0
//
// The models that are served now. A request keeps the model that it found: replacing or unloading
// one drops no request.

#ifndef TRANSEPT_SERVE_MODELS_H
#define TRANSEPT_SERVE_MODELS_H

#include "serve/Configuration.h"

#include "media/MediaSources.h"
#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <memory>
#include <mutex>
#include <set>

namespace transept::serve {

/// Which file a model was opened from: another one of the same name is another model.
struct FileIdentity {
  uint64_t device = 0, inode = 0, size = 0;
  int64_t modified = 0; // nanoseconds
  bool operator==(const FileIdentity &) const = default;
};

struct ServedModel {
  std::string name;
  ModelSettings settings;
  FileIdentity file;
  int64_t openedAt = 0; // seconds since 1970
  Model model;
  std::unique_ptr<text::Tokenizer> tokenizer = {};  // null where the library has none
  std::unique_ptr<media::MediaSources> sounds = {}; // null where it takes none
  /// As clients name them.
  std::vector<std::string> sourceLanguages = {}, targetLanguages = {};

  bool takesTexts() const { return tokenizer && model.sourceFeatureWidth() == 0; }
  bool transcribesSounds() const { return tokenizer && sounds && model.table().speech; }
  /// The name that the model has for a language of its clients.
  std::string languageName(const std::string &code) const;
};

using ModelPointer = std::shared_ptr<const ServedModel>;

class Models {
public:
  struct Changes {
    std::vector<std::string> opened, replaced, unloaded;
    std::vector<std::string> problems; // of models that could not be opened; old ones stay
  };

  /// Makes these the models that are served: opens what is new or has another file or settings
  /// beside the old one, then takes its place. Only one thread at a time may call it.
  Changes update(const std::map<std::string, ModelSettings> &wanted, unsigned threads);

  /// Throws HttpError (404), which names what there is.
  ModelPointer find(const std::string &name) const;
  /// By their names.
  std::vector<ModelPointer> all() const;

private:
  ModelPointer open(const std::string &name, const ModelSettings &settings, FileIdentity file,
                    unsigned threads);

  mutable std::mutex mutex;
  std::map<std::string, ModelPointer> models;
  /// The threads of the first model that was opened, on which all work.
  Workers workers;
};

} // namespace transept::serve

#endif
