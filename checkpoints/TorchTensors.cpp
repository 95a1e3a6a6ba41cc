// SPDX-License-Identifier: Apache-2.0
//
// Reads the calls that would make tensors in Python as what they say: storage, offset, shape and
// strides, each number checked before it is used.

#include "checkpoints/TorchTensors.h"

#include "base/Error.h"
#include "base/Json.h"
#include "checkpoints/TorchGlobals.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace transept::checkpoints {

namespace {

constexpr size_t maximumRank = 16;
// A stride of 0 repeats numbers that are stored once: without a bound, a few bytes are any size.
constexpr int64_t mostRepeatedElements = int64_t(1) << 28;

const TorchGlobal *globalOf(const Pickle &pickle, const PickleValue &value) {
  if (value.kind == PickleKind::Call)
    return globalOf(pickle, pickle.at(value.items[0]));
  return value.kind == PickleKind::Global ? &torchGlobals()[size_t(value.integer)] : nullptr;
}

/// Reads the arguments of one call; `where` names the tensor.
class Arguments {
public:
  Arguments(const Pickle &pickle, const PickleValue &tuple, std::string where)
      : pickle(pickle), items(tuple.items), where(std::move(where)) {}

  size_t count() const { return items.size(); }
  const PickleValue &at(size_t index) const { return pickle.at(items[index]); }

  void need(size_t count) const {
    if (items.size() < count)
      fail(fmt::format("{} arguments where {} or more are needed", items.size(), count));
  }
  int64_t size(size_t index, const char *name) const { return size(at(index), name); }

  std::vector<int64_t> sizes(size_t index, const char *name) const {
    if (at(index).kind != PickleKind::Tuple)
      fail(fmt::format("its {} is no tuple of numbers", name));
    std::vector<int64_t> numbers;
    for (uint32_t item : at(index).items)
      numbers.push_back(size(pickle.at(item), name));
    if (numbers.size() > maximumRank)
      fail(fmt::format("its {} has {} dimensions, at most {} are allowed", name, numbers.size(),
                       maximumRank));
    return numbers;
  }

  std::string text(size_t index, const char *name) const {
    if (at(index).kind != PickleKind::Text)
      fail(fmt::format("its {} is no text", name));
    return std::string(at(index).text);
  }

  [[noreturn]] void fail(const std::string &what) const { throw InputError(where + ": " + what); }

private:
  int64_t size(const PickleValue &value, const char *name) const {
    if (value.kind != PickleKind::Integer)
      fail(fmt::format("its {} is no number of 64 bits", name));
    if (value.integer < 0)
      fail(fmt::format("{} in its {}, which must not be negative", value.integer, name));
    return value.integer;
  }

  const Pickle &pickle;
  const std::vector<uint32_t> &items;
  std::string where;
};

/// Where a tensor's elements are in its storage.
struct Placement {
  int64_t offset = 0;
  std::vector<int64_t> shape, strides;

  /// How many elements there are, and how many of the storage they span. Throws on overflow.
  std::pair<int64_t, int64_t> measure(const Arguments &call) const {
    int64_t count = 1, last = 0;
    bool overflows = false;
    for (size_t dimension = 0; dimension < shape.size(); ++dimension)
      overflows |= __builtin_mul_overflow(count, shape[dimension], &count);
    for (size_t dimension = 0; count > 0 && dimension < shape.size(); ++dimension) {
      int64_t reach = 0;
      overflows |= __builtin_mul_overflow(shape[dimension] - 1, strides[dimension], &reach) ||
                   __builtin_add_overflow(last, reach, &last);
    }
    if (overflows || last == INT64_MAX)
      call.fail(fmt::format("shape {} with strides {} overflows", formatShape(shape),
                            formatShape(strides)));
    return {count, count == 0 ? 0 : last + 1};
  }

  bool isRowAfterRow() const {
    int64_t step = 1;
    for (size_t dimension = shape.size(); dimension > 0; --dimension) {
      if (shape[dimension - 1] != 1 && strides[dimension - 1] != step)
        return false;
      step *= shape[dimension - 1];
    }
    return true;
  }
};

class TensorReader {
public:
  TensorReader(const Pickle &pickle, const StorageReader &storages, const std::string &origin)
      : pickle(pickle), storages(storages), origin(origin) {}

  /// Nothing where the value is no tensor.
  std::optional<TensorInfo> read(std::string_view name, const PickleValue &value) const {
    const TorchGlobal *global = value.kind == PickleKind::Call ? globalOf(pickle, value) : nullptr;
    if (!global || global->role == TorchRole::Other)
      return std::nullopt;
    std::string where = fmt::format("{}: tensor {}", origin, quoteText(name));
    Arguments call(pickle, pickle.at(value.items[1]), where);
    if (global->role != TorchRole::Parameter)
      return tensor(name, *global, call);
    call.need(1);
    const PickleValue &inner = call.at(0);
    const TorchGlobal *made = inner.kind == PickleKind::Call ? globalOf(pickle, inner) : nullptr;
    if (!made || made->role == TorchRole::Parameter)
      call.fail("a parameter is made of what is no tensor");
    return tensor(name, *made, Arguments(pickle, pickle.at(inner.items[1]), where));
  }

private:
  ElementType typeOf(const TorchGlobal &global, const TorchStorage &storage,
                     const Arguments &call) const {
    if (global.role == TorchRole::Tensor) {
      if (!storage.type)
        call.fail("its storage has no type");
      return *storage.type;
    }
    call.need(7);
    const TorchGlobal *type = globalOf(pickle, call.at(6));
    if (!type || type->role != TorchRole::Type || call.at(6).kind != PickleKind::Global)
      call.fail("its type is none of torch's");
    if (storage.type && *storage.type != type->type)
      call.fail(fmt::format("its type is {}, but its storage's is {}", elementTypeName(type->type),
                            elementTypeName(*storage.type)));
    return type->type;
  }

  /// Flags after the known arguments that change numbers, as of a negated view.
  void checkFlags(const TorchGlobal &global, const Arguments &call) const {
    size_t known = global.role == TorchRole::TypedTensor ? 7 : 6;
    for (size_t index = known; index < call.count(); ++index)
      if (call.at(index).kind != PickleKind::None && !call.at(index).items.empty())
        call.fail("it carries flags (a conjugated or negated view), which are not supported");
  }

  TensorInfo tensor(std::string_view name, const TorchGlobal &global, const Arguments &call) const {
    if (global.role != TorchRole::Tensor && global.role != TorchRole::TypedTensor)
      call.fail(fmt::format("it is made by {}.{}, which makes no tensors", global.name.module,
                            global.name.name));
    call.need(4);
    if (call.at(0).kind != PickleKind::Persistent)
      call.fail("its storage is none");
    TorchStorage storage = torchStorage(pickle, call.at(0), origin);
    Placement placement{call.size(1, "offset"), call.sizes(2, "shape"), call.sizes(3, "strides")};
    checkFlags(global, call);
    TensorInfo info;
    info.name = name;
    info.file = origin;
    info.type = typeOf(global, storage, call);
    info.shape = placement.shape;
    info.data = dataOf(placement, storage, info.type, call);
    if (info.elementCount() != 0 && !placement.isRowAfterRow())
      info.strides = placement.strides;
    return info;
  }

  std::span<const std::byte> dataOf(const Placement &placement, const TorchStorage &storage,
                                    ElementType type, const Arguments &call) const {
    if (placement.shape.size() != placement.strides.size())
      call.fail(fmt::format("its shape {} and its strides {} are not of one length",
                            formatShape(placement.shape), formatShape(placement.strides)));
    auto [count, span] = placement.measure(call);
    int64_t size = elementSize(type);
    int64_t held = storage.viewCount * storage.elementBytes() / size;
    if (placement.offset > held || span > held - placement.offset)
      call.fail(fmt::format("shape {} with strides {} from element {} spans {} elements, but its "
                            "storage has {}",
                            formatShape(placement.shape), formatShape(placement.strides),
                            placement.offset, span, held));
    if (count > span && count > mostRepeatedElements)
      call.fail(fmt::format("shape {} repeats {} stored elements {} times, at most {} are allowed",
                            formatShape(placement.shape), span, count, mostRepeatedElements));
    std::span<const std::byte> bytes = storages(storage);
    return bytes.subspan(
        size_t(storage.viewBegin * storage.elementBytes() + placement.offset * size),
        size_t(span * size));
  }

  const Pickle &pickle;
  const StorageReader &storages;
  const std::string &origin;
};

/// The dictionary under a key, or null.
const PickleValue *dictionaryUnder(const Pickle &pickle, const PickleValue &outer,
                                   std::string_view key) {
  for (size_t index = 0; index < outer.items.size(); index += 2)
    if (const PickleValue &name = pickle.at(outer.items[index]);
        name.kind == PickleKind::Text && name.text == key)
      if (const PickleValue &value = pickle.at(outer.items[index + 1]);
          value.kind == PickleKind::Dictionary)
        return &value;
  return nullptr;
}

const PickleValue &tensorDictionary(const Pickle &pickle, const std::string &origin) {
  const PickleValue &outer = pickle.at(pickle.result);
  if (outer.kind != PickleKind::Dictionary)
    throw InputError(fmt::format("{}: the pickle must hold a dictionary of tensors, but holds a "
                                 "value of another kind",
                                 origin));
  const PickleValue *inner = nullptr;
  for (const char *key : {"state_dict", "model"})
    if (const PickleValue *found = dictionaryUnder(pickle, outer, key)) {
      if (inner)
        throw InputError(fmt::format(
            "{}: both 'state_dict' and 'model' are dictionaries; which holds the weights is not "
            "clear, leave one out",
            origin));
      inner = found;
    }
  if (inner == &outer)
    throw InputError(fmt::format("{}: a dictionary contains itself", origin));
  return inner ? *inner : outer;
}

} // namespace

TorchStorage torchStorage(const Pickle &pickle, const PickleValue &persistent,
                          const std::string &origin) {
  const PickleValue &id = pickle.at(persistent.items[0]);
  std::string where = fmt::format("{}: a persistent value", origin);
  if (id.kind != PickleKind::Tuple)
    throw InputError(where + ": it is no tuple that describes a storage");
  Arguments fields(pickle, id, where);
  fields.need(5);
  const TorchGlobal *type = globalOf(pickle, fields.at(1));
  if (fields.text(0, "first entry") != "storage" || !type ||
      fields.at(1).kind != PickleKind::Global ||
      (type->role != TorchRole::Storage && type->role != TorchRole::Bytes))
    fields.fail("it does not describe a storage with a type of torch");
  TorchStorage storage;
  storage.key = fields.text(2, "key");
  if (type->role == TorchRole::Storage)
    storage.type = type->type;
  storage.elementCount = storage.viewCount = fields.size(4, "number of elements");
  int64_t bytes = 0;
  if (__builtin_mul_overflow(storage.elementCount, storage.elementBytes(), &bytes))
    fields.fail(fmt::format("{} elements are more than any file has", storage.elementCount));
  if (fields.count() < 6 || fields.at(5).kind == PickleKind::None)
    return storage;
  Arguments view(pickle, fields.at(5), where + ": its view");
  view.need(3);
  storage.viewBegin = view.size(1, "offset");
  storage.viewCount = view.size(2, "size");
  if (storage.viewBegin > storage.elementCount ||
      storage.viewCount > storage.elementCount - storage.viewBegin)
    view.fail(fmt::format("{} elements from element {}, but the storage has {}", storage.viewCount,
                          storage.viewBegin, storage.elementCount));
  return storage;
}

std::vector<TensorInfo> torchTensors(const Pickle &pickle, const StorageReader &storages,
                                     const std::string &origin) {
  const PickleValue &dictionary = tensorDictionary(pickle, origin);
  TensorReader reader(pickle, storages, origin);
  std::vector<TensorInfo> tensors;
  std::set<std::string_view> names;
  for (size_t index = 0; index < dictionary.items.size(); index += 2) {
    const PickleValue &key = pickle.at(dictionary.items[index]);
    if (key.kind != PickleKind::Text)
      continue;
    auto info = reader.read(key.text, pickle.at(dictionary.items[index + 1]));
    if (!info)
      continue;
    if (!names.insert(key.text).second)
      throw InputError(fmt::format("{}: tensor {} is there twice", origin, quoteText(key.text)));
    tensors.push_back(std::move(*info));
  }
  if (tensors.empty())
    throw InputError(fmt::format("{}: its dictionary of {} entries holds no tensor", origin,
                                 dictionary.items.size() / 2));
  return tensors;
}

} // namespace transept::checkpoints
