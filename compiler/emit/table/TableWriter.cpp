// SPDX-License-Identifier: Apache-2.0
//
// All data is internal to the library; only its one function is exported (ModelTable.cpp).

#include "compiler/emit/table/TableWriter.h"

namespace transept::emit {

using llvm::Constant;

Constant *TableWriter::constant(uint32_t value) {
  return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), value);
}

Constant *TableWriter::constant(uint64_t value) {
  return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value);
}

Constant *TableWriter::constant(float value) {
  return llvm::ConstantFP::get(llvm::Type::getFloatTy(context), value);
}

llvm::GlobalVariable *TableWriter::global(const llvm::Twine &name, Constant *value) {
  auto *variable = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::InternalLinkage, value, name);
  variable->setAlignment(llvm::Align(16));
  return variable;
}

Constant *TableWriter::text(const llvm::Twine &name, llvm::StringRef content) {
  return global(name, llvm::ConstantDataArray::getString(context, content, /*AddNull=*/true));
}

Constant *TableWriter::sharedText(const std::string &content) {
  Constant *&known = sharedTexts[content];
  if (!known)
    known = text("transept_text", content);
  return known;
}

Constant *TableWriter::array(const llvm::Twine &name, llvm::ArrayRef<Constant *> values) {
  if (values.empty())
    return null();
  auto *type = llvm::ArrayType::get(values.front()->getType(), values.size());
  return global(name, llvm::ConstantArray::get(type, values));
}

Constant *TableWriter::function(const llvm::Twine &name, llvm::ArrayRef<llvm::Type *> arguments) {
  auto *type =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), arguments, /*isVarArg=*/false);
  auto *function =
      llvm::cast<llvm::Function>(module.getOrInsertFunction(name.str(), type).getCallee());
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return function;
}

Constant *TableWriter::variable(llvm::StringRef name) {
  auto *variable = llvm::cast<llvm::GlobalVariable>(module.getOrInsertGlobal(name, pointer));
  variable->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return variable;
}

} // namespace transept::emit
