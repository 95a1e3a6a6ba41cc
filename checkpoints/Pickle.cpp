// SPDX-License-Identifier: Apache-2.0
//
// The pickle machine: a stack of plain values, a memo, and a table of opcodes. All that grows is
// bounded by the bytes that were read, and the values by a number.

#include "checkpoints/Pickle.h"

#include "base/Json.h"
#include "checkpoints/ByteReader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_map>

namespace transept::checkpoints {

namespace {

constexpr size_t mostValues = 4'000'000, mostMarks = 10'000;

class Machine {
public:
  Machine(std::span<const std::byte> bytes, const std::string &origin,
          std::span<const PickleGlobal> allowed)
      : reader(bytes, origin), allowed(allowed) {}

  Pickle run();

  // Numbers, texts and constants.
  template <PickleKind kind, int64_t value = 0> void constant() { push({kind, value, {}, {}}); }
  template <typename Number> void integer() {
    push({PickleKind::Integer, int64_t(reader.number<Number>()), {}, {}});
  }
  template <typename Length> void longInteger() { longInteger(length<Length>()); }
  void binaryFloat() {
    reader.take(8);
    push({PickleKind::Float, 0, {}, {}});
  }
  template <PickleKind kind, typename Length> void text() {
    push({kind, 0, reader.text(length<Length>()), {}});
  }

  // The stack.
  void mark() {
    if (marks.size() == mostMarks)
      reader.fail(fmt::format("more than {} open marks", mostMarks));
    marks.push_back(stack.size());
  }
  void drop() { pop(); }
  void dropToMark() { popToMark(); }
  void duplicate() { stack.push_back(top()); }

  // Containers.
  template <size_t count> void tuple() {
    std::vector<uint32_t> items(count);
    for (size_t index = count; index > 0; --index)
      items[index - 1] = pop();
    push({PickleKind::Tuple, 0, {}, std::move(items)});
  }
  template <PickleKind kind> void fromMark() { push({kind, 0, {}, popToMark()}); }
  void append() { append({pop()}); }
  void appends() { append(popToMark()); }
  void setItem() {
    uint32_t value = pop(), key = pop();
    setItems({key, value});
  }
  void setItems() { setItems(popToMark()); }

  // The memo.
  template <typename Index> void put() { memo[reader.number<Index>()] = top(); }
  void memoize() { memo[memo.size()] = top(); }
  template <typename Index> void get() {
    auto index = reader.number<Index>();
    auto found = memo.find(index);
    if (found == memo.end())
      reader.fail(fmt::format("nothing was remembered under {}", index));
    stack.push_back(found->second);
  }

  // What Python would import and call.
  void global() {
    std::string_view module = reader.line();
    global(module, reader.line());
  }
  void stackGlobal() {
    uint32_t name = pop(), module = pop();
    if (of(name).kind != PickleKind::Text || of(module).kind != PickleKind::Text)
      reader.fail("a global's name must be two texts");
    global(of(module).text, of(name).text);
  }
  void reduce();
  void build();
  void persistent() {
    uint32_t id = pop();
    push({PickleKind::Persistent, 0, {}, {id}});
  }

  // The frame around all of them.
  void protocol() {
    int version = reader.number<uint8_t>();
    if (version < 2 || version > 5)
      reader.fail(fmt::format("pickle protocol {}, but 2 to 5 can be read", version));
  }
  void frame() {
    auto size = reader.number<uint64_t>();
    if (size > reader.remaining())
      reader.fail(
          fmt::format("a frame of {} bytes, but only {} are left", size, reader.remaining()));
  }
  void stop() { hasStopped = true; }

private:
  const PickleValue &of(uint32_t index) const { return result.values[index]; }

  void push(PickleValue value) {
    if (result.values.size() == mostValues)
      reader.fail(fmt::format("more than {} values", mostValues));
    stack.push_back(uint32_t(result.values.size()));
    result.values.push_back(std::move(value));
  }

  uint32_t top() const {
    if (stack.size() <= (marks.empty() ? 0 : marks.back()))
      reader.fail("the stack is empty");
    return stack.back();
  }
  uint32_t pop() {
    uint32_t value = top();
    stack.pop_back();
    return value;
  }
  std::vector<uint32_t> popToMark() {
    if (marks.empty())
      reader.fail("there is no mark on the stack");
    auto begin = stack.begin() + ptrdiff_t(marks.back());
    std::vector<uint32_t> items(begin, stack.end());
    stack.erase(begin, stack.end());
    marks.pop_back();
    return items;
  }

  template <typename Length> uint64_t length() {
    auto count = reader.number<Length>();
    if (count < 0)
      reader.fail(fmt::format("a length of {}", count));
    return uint64_t(count);
  }

  void longInteger(uint64_t size);
  void append(const std::vector<uint32_t> &items);
  void setItems(const std::vector<uint32_t> &items);
  void global(std::string_view module, std::string_view name);

  ByteReader reader;
  std::span<const PickleGlobal> allowed;
  Pickle result;
  std::vector<uint32_t> stack;
  std::vector<size_t> marks; // sizes of the stack
  std::unordered_map<uint64_t, uint32_t> memo;
  bool hasStopped = false;
};

void Machine::longInteger(uint64_t size) {
  std::string_view digits = reader.text(size);
  if (size > sizeof(int64_t))
    return push({PickleKind::LongInteger, 0, digits, {}});
  int64_t value = !digits.empty() && (digits.back() & 0x80) ? -1 : 0;
  std::copy(digits.begin(), digits.end(), reinterpret_cast<char *>(&value));
  push({PickleKind::Integer, value, {}, {}});
}

void Machine::append(const std::vector<uint32_t> &items) {
  PickleValue &list = result.values[top()];
  if (list.kind != PickleKind::List)
    reader.fail("items are appended to what is no list");
  list.items.insert(list.items.end(), items.begin(), items.end());
}

void Machine::setItems(const std::vector<uint32_t> &items) {
  PickleValue &dictionary = result.values[top()];
  if (dictionary.kind != PickleKind::Dictionary)
    reader.fail("items are set in what is no dictionary");
  if (items.size() % 2 != 0)
    reader.fail("a key of a dictionary has no value");
  for (size_t index = 0; index < items.size(); index += 2)
    if (PickleKind kind = of(items[index]).kind;
        kind == PickleKind::List || kind == PickleKind::Dictionary)
      reader.fail("a list or a dictionary cannot be the key of a dictionary");
  dictionary.items.insert(dictionary.items.end(), items.begin(), items.end());
}

void Machine::global(std::string_view module, std::string_view name) {
  for (size_t index = 0; index < allowed.size(); ++index)
    if (allowed[index].module == module && allowed[index].name == name)
      return push({PickleKind::Global, int64_t(index), {}, {}});
  std::string dotted = std::string(module) + "." + std::string(name);
  reader.fail(fmt::format("the pickle names {}, which weights do not need and which is not looked "
                          "up; only tensors, dictionaries and plain values can be read",
                          quoteText(dotted)));
}

void Machine::reduce() {
  uint32_t arguments = pop(), callee = pop();
  if (of(callee).kind != PickleKind::Global || of(arguments).kind != PickleKind::Tuple)
    reader.fail("a call must be of a global with a tuple of arguments");
  const PickleGlobal &global = allowed[size_t(of(callee).integer)];
  if (!global.makesDictionary)
    return push({PickleKind::Call, 0, {}, {callee, arguments}});
  if (!of(arguments).items.empty())
    reader.fail(fmt::format("{}.{} is made from arguments, but must be made empty", global.module,
                            global.name));
  push({PickleKind::Dictionary, 0, {}, {}});
}

// A dictionary's attributes: torch keeps version numbers there, which say nothing about weights.
void Machine::build() {
  pop();
  if (of(top()).kind != PickleKind::Dictionary)
    reader.fail("attributes are given to what is no dictionary");
}

struct Opcode {
  uint8_t code;
  const char *name;
  void (Machine::*execute)();
};

using enum PickleKind;

constexpr Opcode opcodes[] = {{0x80, "PROTO", &Machine::protocol},
                              {0x95, "FRAME", &Machine::frame},
                              {'.', "STOP", &Machine::stop},
                              {'N', "NONE", &Machine::constant<None>},
                              {0x88, "NEWTRUE", &Machine::constant<Boolean, 1>},
                              {0x89, "NEWFALSE", &Machine::constant<Boolean>},
                              {'K', "BININT1", &Machine::integer<uint8_t>},
                              {'M', "BININT2", &Machine::integer<uint16_t>},
                              {'J', "BININT", &Machine::integer<int32_t>},
                              {0x8a, "LONG1", &Machine::longInteger<uint8_t>},
                              {0x8b, "LONG4", &Machine::longInteger<int32_t>},
                              {'G', "BINFLOAT", &Machine::binaryFloat},
                              {'U', "SHORT_BINSTRING", &Machine::text<Text, uint8_t>},
                              {'T', "BINSTRING", &Machine::text<Text, int32_t>},
                              {0x8c, "SHORT_BINUNICODE", &Machine::text<Text, uint8_t>},
                              {'X', "BINUNICODE", &Machine::text<Text, uint32_t>},
                              {0x8d, "BINUNICODE8", &Machine::text<Text, uint64_t>},
                              {'C', "SHORT_BINBYTES", &Machine::text<Bytes, uint8_t>},
                              {'B', "BINBYTES", &Machine::text<Bytes, uint32_t>},
                              {0x8e, "BINBYTES8", &Machine::text<Bytes, uint64_t>},
                              {'(', "MARK", &Machine::mark},
                              {'0', "POP", &Machine::drop},
                              {'1', "POP_MARK", &Machine::dropToMark},
                              {'2', "DUP", &Machine::duplicate},
                              {')', "EMPTY_TUPLE", &Machine::tuple<0>},
                              {0x85, "TUPLE1", &Machine::tuple<1>},
                              {0x86, "TUPLE2", &Machine::tuple<2>},
                              {0x87, "TUPLE3", &Machine::tuple<3>},
                              {'t', "TUPLE", &Machine::fromMark<Tuple>},
                              {']', "EMPTY_LIST", &Machine::constant<List>},
                              {'a', "APPEND", &Machine::append},
                              {'e', "APPENDS", &Machine::appends},
                              {0x8f, "EMPTY_SET", &Machine::constant<List>},
                              {0x90, "ADDITEMS", &Machine::appends},
                              {0x91, "FROZENSET", &Machine::fromMark<List>},
                              {'}', "EMPTY_DICT", &Machine::constant<Dictionary>},
                              {'s', "SETITEM", &Machine::setItem},
                              {'u', "SETITEMS", &Machine::setItems},
                              {'q', "BINPUT", &Machine::put<uint8_t>},
                              {'r', "LONG_BINPUT", &Machine::put<uint32_t>},
                              {0x94, "MEMOIZE", &Machine::memoize},
                              {'h', "BINGET", &Machine::get<uint8_t>},
                              {'j', "LONG_BINGET", &Machine::get<uint32_t>},
                              {'c', "GLOBAL", &Machine::global},
                              {0x93, "STACK_GLOBAL", &Machine::stackGlobal},
                              {'R', "REDUCE", &Machine::reduce},
                              {'b', "BUILD", &Machine::build},
                              {'Q', "BINPERSID", &Machine::persistent}};

Pickle Machine::run() {
  static const auto table = [] {
    std::array<const Opcode *, 256> byCode = {};
    for (const Opcode &opcode : opcodes)
      byCode[opcode.code] = &opcode;
    return byCode;
  }();
  if (reader.remaining() == 0)
    reader.fail("the pickle has no bytes");
  while (!hasStopped) {
    auto code = reader.number<uint8_t>();
    if (reader.position() == 1 && code != 0x80)
      reader.fail("a pickle of protocol 2 or later begins with the byte 0x80");
    const Opcode *opcode = table[code];
    if (!opcode)
      reader.fail(fmt::format("opcode {:#04x} is none that a torch checkpoint needs", code));
    (this->*opcode->execute)();
  }
  if (stack.size() != 1 || !marks.empty())
    reader.fail(fmt::format("the pickle ends with {} values, but must end with one", stack.size()));
  result.result = stack.front();
  result.size = reader.position();
  return std::move(result);
}

} // namespace

Pickle readPickle(std::span<const std::byte> bytes, const std::string &origin,
                  std::span<const PickleGlobal> allowed) {
  return Machine(bytes, origin, allowed).run();
}

} // namespace transept::checkpoints
