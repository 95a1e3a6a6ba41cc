// SPDX-License-Identifier: Apache-2.0
//
// Files as torch.save writes them, put together value by value, so that a test can make one number
// of them wrong.

#ifndef TRANSEPT_TESTS_SUPPORT_TORCHFILES_H
#define TRANSEPT_TESTS_SUPPORT_TORCHFILES_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace transept::torch {

using Parts = std::vector<std::string>;
using Named = std::vector<std::pair<std::string, std::string>>;

template <typename Number> std::string little(Number number) {
  return {reinterpret_cast<const char *>(&number), sizeof(number)};
}

inline std::string joined(const Parts &parts) {
  std::string all;
  for (const std::string &part : parts)
    all += part;
  return all;
}

// Values of a pickle: the opcodes that leave them on the stack.
inline std::string text(const std::string &value) {
  return "X" + little(uint32_t(value.size())) + value;
}
inline std::string number(int64_t value) {
  return "\x8a\x08" + little(value);
}
inline std::string tuple(const Parts &items) {
  return "(" + joined(items) + "t";
}
inline std::string numbers(const std::vector<int64_t> &values) {
  Parts items;
  for (int64_t value : values)
    items.push_back(number(value));
  return tuple(items);
}
inline std::string list(const Parts &items) {
  return "](" + joined(items) + "e";
}
inline std::string global(const std::string &module, const std::string &name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string call(const std::string &function, const Parts &arguments) {
  return function + tuple(arguments) + "R";
}
inline std::string orderedDictionary() {
  return call(global("collections", "OrderedDict"), {});
}
/// Fills what `empty` leaves on the stack.
inline std::string dictionary(const Named &entries, const std::string &empty = "}") {
  std::string items;
  for (const auto &[key, value] : entries)
    items += text(key) + value;
  return empty + "(" + items + "u";
}
inline const std::string none = "N", yes = "\x88", no = "\x89";

inline std::string storage(const std::string &type, const std::string &key, int64_t count) {
  return tuple({text("storage"), global("torch", type), text(key), text("cpu"), number(count)}) +
         "Q";
}
struct View {
  int64_t offset;
  std::vector<int64_t> shape, strides;
};
inline std::string tensor(const std::string &storage, const View &view) {
  return call(global("torch._utils", "_rebuild_tensor_v2"),
              {storage, number(view.offset), numbers(view.shape), numbers(view.strides), no,
               orderedDictionary()});
}

inline std::string pickled(const std::string &value) {
  return "\x80\x02" + value + ".";
}

struct ZipFlags {
  uint16_t flags = 0, method = 0;
  bool isLarge = false; // sizes and offsets in the 64-bit extension
};

inline std::string zip(const Named &members, ZipFlags with = {}) {
  std::string file, directory;
  for (const auto &[name, data] : members) {
    uint64_t offset = file.size(), size = data.size();
    auto common = little(with.flags) + little(with.method) + std::string(8, '\0');
    file += "PK\3\4" + little(uint16_t(20)) + common + little(uint32_t(size)) +
            little(uint32_t(size)) + little(uint16_t(name.size())) + little(uint16_t(3)) + name +
            "pad" + data;
    std::string extra;
    if (with.isLarge)
      extra =
          little(uint16_t(1)) + little(uint16_t(24)) + little(size) + little(size) + little(offset);
    auto small = [&](uint64_t number) {
      return little(with.isLarge ? UINT32_MAX : uint32_t(number));
    };
    directory += "PK\1\2" + little(uint32_t(0)) + common + small(size) + small(size) +
                 little(uint16_t(name.size())) + little(uint16_t(extra.size())) +
                 std::string(10, '\0') + small(offset) + name + extra;
  }
  uint64_t offset = file.size(), end = offset + directory.size(), count = members.size();
  file += directory;
  if (with.isLarge)
    file += "PK\6\6" + little(uint64_t(44)) + std::string(12, '\0') + little(count) +
            little(count) + little(uint64_t(directory.size())) + little(offset) + "PK\6\7" +
            little(uint32_t(0)) + little(end) + little(uint32_t(1));
  return file + "PK\5\6" + little(uint32_t(0)) + little(uint16_t(count)) + little(uint16_t(count)) +
         little(uint32_t(directory.size())) + little(with.isLarge ? UINT32_MAX : uint32_t(offset)) +
         little(uint16_t(0));
}

/// A zip archive of this pickled value and these storages by key.
inline std::string archive(const std::string &value, const Named &storages, ZipFlags with = {}) {
  Named members = {{"archive/data.pkl", pickled(value)}};
  for (const auto &[key, data] : storages)
    members.push_back({"archive/data/" + key, data});
  return zip(members, with);
}

struct LegacyStorage {
  std::string key;
  int64_t count;
  std::string data;
};

inline std::string legacy(const std::string &value, const std::vector<LegacyStorage> &storages,
                          const std::string &isLittle = yes) {
  Parts keys;
  std::string data;
  for (const LegacyStorage &storage : storages) {
    keys.push_back(text(storage.key));
    data += little(storage.count) + storage.data;
  }
  return pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") +
         pickled("M" + little(uint16_t(1001))) +
         pickled(dictionary({{"little_endian", isLittle}})) + pickled(value) + pickled(list(keys)) +
         data;
}

} // namespace transept::torch

#endif
