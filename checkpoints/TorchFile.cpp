// SPDX-License-Identifier: Apache-2.0
//
// The two formats around the pickle, told apart by their first bytes.

#include "checkpoints/TorchFile.h"

#include "base/Error.h"
#include "base/Json.h"
#include "base/PointerFile.h"
#include "checkpoints/ByteReader.h"
#include "checkpoints/TorchGlobals.h"
#include "checkpoints/TorchTensors.h"
#include "checkpoints/ZipDirectory.h"

#include <fmt/format.h>

namespace transept::checkpoints {

namespace {

constexpr size_t mostPickleBytes = size_t(64) << 20;
// 0x1950a86a20f9469cfc6c
constexpr std::string_view legacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr int64_t legacyVersion = 1001;

Pickle readTorchPickle(std::span<const std::byte> bytes, const std::string &origin) {
  return readPickle(bytes.first(std::min(bytes.size(), mostPickleBytes)), origin,
                    torchGlobalNames());
}

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// The folder of the archive's pickle. Archives that were put together from two have two.
std::string rootOf(const ZipDirectory &archive, const std::string &origin) {
  constexpr std::string_view name = "/data.pkl";
  std::string root;
  for (const auto &[path, member] : archive.members()) {
    if (!path.ends_with(name) || path.find('/') != path.size() - name.size())
      continue;
    if (!root.empty())
      throw InputError(fmt::format("{}: it has two pickles, in {} and {}", origin, quoteText(root),
                                   quoteText(path)));
    root = path.substr(0, path.size() - name.size());
  }
  if (root.empty())
    throw InputError(fmt::format("{}: the zip archive has no FOLDER/data.pkl, which torch.save "
                                 "writes",
                                 origin));
  return root;
}

std::vector<TensorInfo> parseArchive(std::span<const std::byte> bytes, const std::string &origin) {
  ZipDirectory archive(bytes, origin);
  std::string root = rootOf(archive, origin);
  if (std::string order = root + "/byteorder"; archive.contains(order))
    if (std::string_view found = textOf(archive.bytesOf(order)); found != "little")
      throw InputError(fmt::format("{}: its byte order is {}, but only little-endian files can be "
                                   "read",
                                   origin, quoteText(found)));
  std::span<const std::byte> program = archive.bytesOf(root + "/data.pkl");
  if (program.size() > mostPickleBytes)
    throw InputError(fmt::format("{}: its pickle has {} bytes, at most {} are allowed", origin,
                                 program.size(), mostPickleBytes));
  Pickle pickle = readTorchPickle(program, origin + ": data.pkl");
  auto storageBytes = [&](const TorchStorage &storage) {
    if (storage.key.empty() || storage.key.find_first_of("/\\") != std::string::npos)
      throw InputError(fmt::format("{}: a storage's key is {}, but must be a name without folders",
                                   origin, quoteText(storage.key)));
    std::span<const std::byte> data = archive.bytesOf(root + "/data/" + storage.key);
    int64_t expected = storage.elementCount * storage.elementBytes();
    if (int64_t(data.size()) != expected)
      throw InputError(fmt::format("{}: storage {} has {} bytes, but its {} elements need {}",
                                   origin, quoteText(storage.key), data.size(),
                                   storage.elementCount, expected));
    return data;
  };
  return torchTensors(pickle, storageBytes, origin);
}

/// The four pickles of a legacy file, one after another, and where the storages begin.
class LegacyFile {
public:
  LegacyFile(std::span<const std::byte> bytes, const std::string &origin)
      : bytes(bytes), origin(origin) {
    Pickle magic = next("magic number");
    const PickleValue &number = magic.at(magic.result);
    if (number.kind != PickleKind::LongInteger || number.text != legacyMagic)
      throw InputError(fmt::format("{}: it begins with a pickle, but not with the magic number of "
                                   "torch's legacy format",
                                   origin));
    Pickle version = next("version");
    if (const PickleValue &found = version.at(version.result);
        found.kind != PickleKind::Integer || found.integer != legacyVersion)
      throw InputError(fmt::format("{}: a version of torch's legacy format other than {}", origin,
                                   legacyVersion));
    checkSystem(next("system"));
    tensors = next("tensors");
    findStorages();
  }

  std::vector<TensorInfo> parse() const {
    auto storageBytes = [&](const TorchStorage &storage) {
      auto found = storages.find(storage.key);
      if (found == storages.end() || found->second.data.data() == nullptr)
        throw InputError(fmt::format("{}: there is no storage {}", origin, quoteText(storage.key)));
      return found->second.data;
    };
    return torchTensors(tensors, storageBytes, origin);
  }

private:
  struct Storage {
    TorchStorage described;
    std::span<const std::byte> data;
  };

  Pickle next(const char *what) {
    Pickle pickle =
        readTorchPickle(bytes.subspan(position), fmt::format("{}: pickle of the {}", origin, what));
    position += pickle.size;
    return pickle;
  }

  void checkSystem(const Pickle &system) const {
    const PickleValue &fields = system.at(system.result);
    for (size_t index = 0; fields.kind == PickleKind::Dictionary && index < fields.items.size();
         index += 2) {
      const PickleValue &value = system.at(fields.items[index + 1]);
      if (system.at(fields.items[index]).text == "little_endian" &&
          value.kind == PickleKind::Boolean && value.integer == 1)
        return;
    }
    throw InputError(fmt::format("{}: it does not say that it is little-endian; big-endian files "
                                 "cannot be read",
                                 origin));
  }

  /// The sizes of elements are in the pickle of the tensors, the order of storages in the next one.
  void findStorages() {
    for (const PickleValue &value : tensors.values) {
      if (value.kind != PickleKind::Persistent)
        continue;
      TorchStorage storage = torchStorage(tensors, value, origin);
      auto [known, isNew] = storages.try_emplace(storage.key, Storage{storage, {}});
      const TorchStorage &first = known->second.described;
      if (!isNew && (first.type != storage.type || first.elementCount != storage.elementCount))
        throw InputError(
            fmt::format("{}: storage {} is described in two ways", origin, quoteText(storage.key)));
    }
    Pickle keys = next("storages' keys");
    const PickleValue &list = keys.at(keys.result);
    if (list.kind != PickleKind::List)
      throw InputError(fmt::format("{}: the storages' keys are no list", origin));
    ByteReader reader(bytes, origin);
    reader.seek(position);
    for (uint32_t item : list.items)
      place(keys.at(item), reader);
  }

  void place(const PickleValue &key, ByteReader &reader) {
    auto found = storages.find(key.text);
    if (key.kind != PickleKind::Text || found == storages.end())
      reader.fail(fmt::format("storage {} belongs to no tensor", quoteText(key.text)));
    Storage &storage = found->second;
    if (storage.data.data() != nullptr)
      reader.fail(fmt::format("storage {} is there twice", quoteText(key.text)));
    auto count = reader.number<int64_t>();
    if (count != storage.described.elementCount)
      reader.fail(fmt::format("storage {} has {} elements, but its tensors say {}",
                              quoteText(key.text), count, storage.described.elementCount));
    storage.data = reader.take(uint64_t(count * storage.described.elementBytes()));
  }

  std::span<const std::byte> bytes;
  const std::string &origin;
  size_t position = 0;
  Pickle tensors;
  std::map<std::string, Storage, std::less<>> storages;
};

} // namespace

std::vector<TensorInfo> parseTorchFile(std::span<const std::byte> bytes,
                                       const std::string &origin) {
  std::string_view text = textOf(bytes);
  refusePointerFile(text, origin);
  if (text.starts_with("PK"))
    return parseArchive(bytes, origin);
  if (text.starts_with('\x80'))
    return LegacyFile(bytes, origin).parse();
  throw InputError(fmt::format(
      "{}: it begins neither like a zip archive nor like a pickle, as files of "
      "torch.save do; {}",
      origin, bytes.empty() ? "it is empty" : "it begins with " + quoteText(text.substr(0, 16))));
}

} // namespace transept::checkpoints
