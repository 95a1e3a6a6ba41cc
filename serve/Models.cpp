// SPDX-License-Identifier: Apache-2.0
//
// Opening happens without the lock; requests go on meanwhile.

#include "serve/Models.h"

#include "serve/Errors.h"

#include "base/Error.h"
#include "base/FileKind.h"
#include "base/Json.h"
#include "media/library/LibraryTokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sys/stat.h>

namespace transept::serve {

namespace {

FileIdentity identityOf(const std::string &path) {
  requireRegularFile(path);
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0)
    throw InputError(path + ": cannot be read");
  return {uint64_t(facts.st_dev), uint64_t(facts.st_ino), uint64_t(facts.st_size),
          int64_t(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

/// What clients may name: what the configuration lists, else its own names before the model's.
std::vector<std::string> languagesOf(const ModelSettings &settings,
                                     const std::vector<std::string> &listed,
                                     const std::vector<std::string> &marked) {
  if (!listed.empty())
    return listed;
  std::vector<std::string> codes;
  for (const auto &[code, name] : settings.languageNames)
    if (std::ranges::find(marked, name) != marked.end())
      codes.push_back(code);
  return codes.empty() ? marked : codes;
}

void checkLanguages(const ServedModel &served) {
  const ModelSettings &settings = served.settings;
  std::vector<std::string> marked =
      served.takesTexts() ? served.model.languages() : std::vector<std::string>();
  for (const auto &[code, name] : settings.languageNames)
    if (std::ranges::find(marked, name) == marked.end())
      throw InputError(fmt::format(
          "languageNames.{} is {}, but the library's tokenizer marks {}", code, quoteText(name),
          marked.empty() ? "none" : fmt::format("{}", fmt::join(marked, ", "))));
  for (const auto &[code, prefix] : settings.targetPrefixes)
    if (std::ranges::find(settings.targetLanguages, code) == settings.targetLanguages.end())
      throw InputError(fmt::format("targetPrefixes has {}, which is not among targetLanguages",
                                   quoteText(code)));
}

} // namespace

std::string ServedModel::languageName(const std::string &code) const {
  auto named = settings.languageNames.find(code);
  if (named != settings.languageNames.end())
    return named->second;
  return model.languages().empty() ? "" : code;
}

ModelPointer Models::open(const std::string &name, const ModelSettings &settings, FileIdentity file,
                          unsigned threads) {
  OpenOptions options{
      .threads = workers.executor ? 0 : threads, .level = settings.level, .workers = workers};
  if (settings.encoderCacheBytes)
    options.encoderCacheBytes = *settings.encoderCacheBytes;
  if (settings.selfCacheBytes)
    options.selfCacheBytes = *settings.selfCacheBytes;
  auto served = std::make_shared<ServedModel>(
      ServedModel{.name = name,
                  .settings = settings,
                  .file = file,
                  .openedAt = std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count(),
                  .model = Model::open(settings.library, options)});
  if (served->model.targetVocabularySize() == 0)
    throw InputError(settings.library + " generates no tokens, so it cannot be served");
  served->tokenizer = media::openTokenizer(served->model.table());
  if (served->model.sourceFeatureWidth() != 0 && served->model.table().sound)
    served->sounds = std::make_unique<media::MediaSources>(served->model, /*keepsShort=*/false);
  std::vector<std::string> marked =
      served->takesTexts() ? served->model.languages() : std::vector<std::string>();
  served->sourceLanguages = languagesOf(settings, settings.sourceLanguages, marked);
  served->targetLanguages = languagesOf(settings, settings.targetLanguages, marked);
  checkLanguages(*served);
  if (!workers.executor)
    workers = served->model.workers();
  return served;
}

Models::Changes Models::update(const std::map<std::string, ModelSettings> &wanted,
                               unsigned threads) {
  Changes changes;
  std::map<std::string, ModelPointer> now;
  {
    std::lock_guard lock(mutex);
    now = models;
  }
  std::map<std::string, ModelPointer> next;
  for (const auto &[name, settings] : wanted) {
    auto old = now.find(name);
    try {
      FileIdentity file = identityOf(settings.library);
      bool isKept =
          old != now.end() && old->second->file == file && old->second->settings == settings;
      next[name] = isKept ? old->second : open(name, settings, file, threads);
      if (!isKept)
        (old == now.end() ? changes.opened : changes.replaced).push_back(name);
    } catch (const std::exception &error) {
      changes.problems.push_back(fmt::format("model {}: {}", name, error.what()));
      if (old != now.end())
        next[name] = old->second;
    }
  }
  for (const auto &[name, model] : now)
    if (!wanted.contains(name))
      changes.unloaded.push_back(name);
  std::lock_guard lock(mutex);
  models.swap(next);
  return changes;
}

ModelPointer Models::find(const std::string &name) const {
  std::lock_guard lock(mutex);
  auto found = models.find(name);
  if (found != models.end())
    return found->second;
  std::vector<std::string> names;
  for (const auto &[each, model] : models)
    names.push_back(each);
  throw HttpError(404,
                  fmt::format("there is no model {}; there is {}", quoteText(name),
                              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))),
                  "model");
}

std::vector<ModelPointer> Models::all() const {
  std::lock_guard lock(mutex);
  std::vector<ModelPointer> result;
  for (const auto &[name, model] : models)
    result.push_back(model);
  return result;
}

} // namespace transept::serve
