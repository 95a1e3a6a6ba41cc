// SPDX-License-Identifier: Apache-2.0
//
// Turns the values of tables (TableValues.h), texts and lists into constants of an LLVM module.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_TABLEWRITER_H
#define TRANSEPT_COMPILER_EMIT_TABLE_TABLEWRITER_H

#include "compiler/emit/table/TableValues.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Module.h"

#include <optional>
#include <string>
#include <vector>

namespace transept::emit {

class TableWriter {
public:
  explicit TableWriter(llvm::Module &module)
      : module(module), context(module.getContext()), pointer(llvm::PointerType::get(context, 0)) {}

  llvm::Constant *null() { return llvm::ConstantPointerNull::get(pointer); }

  template <typename Structure> llvm::Constant *structure(const Values<Structure> &values) {
    std::vector<llvm::Constant *> constants;
    visitFields(values, [&](auto value) { constants.push_back(constant(value)); });
    return llvm::ConstantStruct::getAnon(context, constants);
  }

  /// Its bytes where the library runs.
  template <typename Structure> uint64_t sizeOf(const Values<Structure> &values) {
    return module.getDataLayout().getTypeAllocSize(structure(values)->getType());
  }

  llvm::GlobalVariable *global(const llvm::Twine &name, llvm::Constant *value);

  llvm::Constant *text(const llvm::Twine &name, llvm::StringRef content);
  /// Text that many fields may have in common.
  llvm::Constant *sharedText(const std::string &content);

  /// Null where there are none, as all lists of the ABI.
  llvm::Constant *array(const llvm::Twine &name, llvm::ArrayRef<llvm::Constant *> values);

  template <typename Number, typename Source>
  llvm::Constant *numbers(const llvm::Twine &name, const Source &source) {
    std::vector<Number> values(source.begin(), source.end());
    if (values.empty())
      return null();
    return global(name, llvm::ConstantDataArray::get(context, values));
  }

  /// The library's function `name`, defined in another object.
  llvm::Constant *function(const llvm::Twine &name, llvm::ArrayRef<llvm::Type *> arguments);
  /// A structure of the library, defined in another object.
  llvm::Constant *variable(llvm::StringRef name);

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::PointerType *pointer;

private:
  llvm::Constant *constant(uint32_t value);
  llvm::Constant *constant(int32_t value) { return constant(uint32_t(value)); }
  llvm::Constant *constant(uint64_t value);
  llvm::Constant *constant(float value);
  llvm::Constant *constant(llvm::Constant *value) { return value; }

  llvm::StringMap<llvm::Constant *> sharedTexts;
};

/// What the ABI has where there is none.
inline int64_t orNone(std::optional<int64_t> value) {
  return value.value_or(-1);
}

} // namespace transept::emit

#endif
