// SPDX-License-Identifier: Apache-2.0
//
// Emits the operations behind KernelBuilder's expressions.

#include "compiler/codegen/kernels/KernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace transept::codegen {

using namespace mlir;

namespace {

bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

template <typename FloatOp, typename IntegerOp> Expression arithmetic(Expression a, Expression b) {
  KernelBuilder &kernel = a.kernel();
  Value result =
      isFloat(a) ? Value(FloatOp::create(kernel, a, b)) : Value(IntegerOp::create(kernel, a, b));
  return kernel.wrap(result);
}

Expression compare(Expression a, Expression b, arith::CmpFPredicate floats,
                   arith::CmpIPredicate integers) {
  KernelBuilder &kernel = a.kernel();
  Value result = isFloat(a) ? Value(arith::CmpFOp::create(kernel, floats, a, b))
                            : Value(arith::CmpIOp::create(kernel, integers, a, b));
  return kernel.wrap(result);
}

/// A constant of the type of `like` (i32 or i64).
Expression integerLike(Expression like, int64_t value) {
  KernelBuilder &kernel = like.kernel();
  return kernel.wrap(arith::ConstantOp::create(
      kernel, kernel.getIntegerAttr(getElementTypeOrSelf(like.type()), value)));
}

/// The same for vectors too.
Expression constantLike(Expression like, int64_t value) {
  Expression scalar = integerLike(like, value);
  auto vector = dyn_cast<VectorType>(like.type());
  return vector ? like.kernel().broadcast(scalar, vector.getNumElements()) : scalar;
}

} // namespace

Expression Expression::operator+(Expression other) const {
  return arithmetic<arith::AddFOp, arith::AddIOp>(*this, other);
}
Expression Expression::operator-(Expression other) const {
  return arithmetic<arith::SubFOp, arith::SubIOp>(*this, other);
}
Expression Expression::operator*(Expression other) const {
  return arithmetic<arith::MulFOp, arith::MulIOp>(*this, other);
}
Expression Expression::operator/(Expression other) const {
  return arithmetic<arith::DivFOp, arith::DivSIOp>(*this, other);
}
Expression Expression::operator%(Expression other) const {
  return arithmetic<arith::RemFOp, arith::RemSIOp>(*this, other);
}
Expression Expression::operator&(Expression other) const {
  return builder->wrap(arith::AndIOp::create(*builder, value, other));
}
Expression Expression::operator^(Expression other) const {
  return builder->wrap(arith::XOrIOp::create(*builder, value, other));
}
Expression Expression::operator<(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Expression Expression::operator>(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt);
}
Expression Expression::operator<=(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle);
}
Expression Expression::operator>=(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge);
}
Expression Expression::operator==(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Expression Expression::operator!=(Expression other) const {
  return compare(*this, other, arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne);
}
Expression Expression::operator+(int64_t other) const {
  return *this + integerLike(*this, other);
}
Expression Expression::operator-(int64_t other) const {
  return *this - integerLike(*this, other);
}
Expression Expression::operator*(int64_t other) const {
  return *this * integerLike(*this, other);
}
Expression Expression::operator/(int64_t other) const {
  return *this / integerLike(*this, other);
}
Expression Expression::operator%(int64_t other) const {
  return *this % integerLike(*this, other);
}
Expression Expression::operator<(int64_t other) const {
  return *this < integerLike(*this, other);
}
Expression Expression::operator>(int64_t other) const {
  return *this > integerLike(*this, other);
}
Expression Expression::operator<=(int64_t other) const {
  return *this <= integerLike(*this, other);
}
Expression Expression::operator>=(int64_t other) const {
  return *this >= integerLike(*this, other);
}
Expression Expression::operator==(int64_t other) const {
  return *this == integerLike(*this, other);
}
Expression Expression::operator!=(int64_t other) const {
  return *this != integerLike(*this, other);
}

KernelBuilder::KernelBuilder(ModuleOp module, const Target &target)
    : ImplicitLocOpBuilder(module.getLoc(), module.getBodyRegion()), symbols(module), cpu(target) {
  setInsertionPointToEnd(module.getBody());
}

void KernelBuilder::fail(const llvm::Twine &message) {
  mlir::emitError(getLoc(), message);
  hasErrors = true;
}

Type KernelBuilder::pointerType() {
  return LLVM::LLVMPointerType::get(getContext());
}

func::FuncOp KernelBuilder::define(StringRef name, TypeRange arguments, FunctionBody body) {
  std::string unique = name.str();
  for (unsigned number = 1; symbols.lookup(unique); ++number)
    unique = (name + "." + llvm::Twine(number)).str();
  InsertionGuard guard(*this);
  setInsertionPointToEnd(cast<ModuleOp>(symbols.getOp()).getBody());
  auto result = func::FuncOp::create(*this, unique, getFunctionType(arguments, {}));
  symbols.insert(result);
  result.setPrivate();
  result->setAttr("passthrough",
                  getArrayAttr({getArrayAttr({getStringAttr("uwtable"), getStringAttr("2")}),
                                getStringAttr("nounwind"), getStringAttr("noinline")}));
  result->setAttr("llvm.linkage", LLVM::LinkageAttr::get(getContext(), LLVM::Linkage::Internal));
  setInsertionPointToStart(result.addEntryBlock());
  Expressions wrapped = wrap(result.getArguments());
  body(wrapped);
  func::ReturnOp::create(*this);
  return result;
}

void KernelBuilder::call(func::FuncOp callee, ArrayRef<Expression> arguments) {
  func::CallOp::create(*this, callee, llvm::to_vector_of<Value>(arguments));
}

Expressions KernelBuilder::wrap(ValueRange values) {
  return llvm::to_vector(llvm::map_range(values, [&](Value value) { return wrap(value); }));
}

Expression KernelBuilder::integer(int64_t value) {
  return wrap(arith::ConstantOp::create(*this, getI64IntegerAttr(value)));
}
Expression KernelBuilder::integer32(int32_t value) {
  return wrap(arith::ConstantOp::create(*this, getI32IntegerAttr(value)));
}
Expression KernelBuilder::boolean(bool value) {
  return wrap(arith::ConstantOp::create(*this, getBoolAttr(value)));
}
Expression KernelBuilder::number(double value) {
  return wrap(arith::ConstantOp::create(*this, getF32FloatAttr(float(value))));
}
Expression KernelBuilder::vectorNumber(double value) {
  return broadcast(number(value));
}
Expression KernelBuilder::null() {
  return wrap(LLVM::ZeroOp::create(*this, pointerType()));
}

Expression KernelBuilder::table(ArrayRef<float> numbers) {
  auto count = int64_t(numbers.size());
  auto values = DenseElementsAttr::get(RankedTensorType::get({count}, getF32Type()), numbers);
  auto place = saveInsertionPoint();
  setInsertionPointToStart(cast<ModuleOp>(symbols.getOp()).getBody());
  auto type = LLVM::LLVMArrayType::get(getF32Type(), count);
  StringAttr name = symbols.insert(LLVM::GlobalOp::create(
      *this, type, /*isConstant=*/true, LLVM::Linkage::Internal, "table", values));
  restoreInsertionPoint(place);
  return wrap(LLVM::AddressOfOp::create(*this, pointerType(), name));
}

Expression KernelBuilder::multiplyAdd(Expression a, Expression b, Expression c) {
  return isa<VectorType>(a.type()) ? wrap(vector::FMAOp::create(*this, a, b, c))
                                   : wrap(LLVM::FMAOp::create(*this, a, b, c));
}
Expression KernelBuilder::minimum(Expression a, Expression b) {
  return isFloat(a) ? select(a < b, a, b) : wrap(arith::MinSIOp::create(*this, a, b));
}
Expression KernelBuilder::maximum(Expression a, Expression b) {
  return isFloat(a) ? select(a > b, a, b) : wrap(arith::MaxSIOp::create(*this, a, b));
}
Expression KernelBuilder::select(Expression condition, Expression yes, Expression no) {
  return wrap(arith::SelectOp::create(*this, condition, yes, no));
}
Expression KernelBuilder::ceilDivide(Expression a, int64_t b) {
  return (a + (b - 1)) / b;
}
Expression KernelBuilder::broadcast(Expression scalar, int64_t count) {
  return wrap(vector::BroadcastOp::create(*this, VectorType::get({count}, scalar.type()), scalar));
}
Expression KernelBuilder::sumOf(Expression vector) {
  return wrap(vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector,
                                          arith::FastMathFlags::reassoc));
}
Expression KernelBuilder::maximumOf(Expression vector) {
  if (!isFloat(vector))
    return wrap(vector::ReductionOp::create(*this, vector::CombiningKind::MAXSI, vector));
  // A reduction of floats that may be NaN would compare them one by one.
  for (int64_t count = cast<VectorType>(vector.type()).getNumElements(); count > 1; count /= 2) {
    auto half = [&](int64_t begin) {
      return shuffle(vector, llvm::to_vector(llvm::seq(begin, begin + count / 2)));
    };
    vector = maximum(half(0), half(count / 2));
  }
  return wrap(vector::ExtractOp::create(*this, vector, int64_t(0)));
}
Expression KernelBuilder::anyOf(Expression mask) {
  return wrap(vector::ReductionOp::create(*this, vector::CombiningKind::OR, mask));
}
Expression KernelBuilder::toInt64(Expression integer32) {
  Type type = getI64Type();
  if (auto vector = dyn_cast<VectorType>(integer32.type()))
    type = VectorType::get(vector.getShape(), type);
  return wrap(arith::ExtSIOp::create(*this, type, integer32));
}
Expression KernelBuilder::truncateToInt32(Expression integer64) {
  return wrap(arith::TruncIOp::create(*this, getI32Type(), integer64));
}
Expression KernelBuilder::isNotNull(Expression pointer) {
  return wrap(LLVM::ICmpOp::create(*this, LLVM::ICmpPredicate::ne, pointer, null()));
}
Expression KernelBuilder::isWithin(Expression index, Expression count) {
  return wrap(arith::CmpIOp::create(*this, arith::CmpIPredicate::ult, index, count));
}
Expression KernelBuilder::laneNumbers(int64_t count) {
  SmallVector<int32_t> numbers = llvm::to_vector_of<int32_t>(llvm::seq<int32_t>(0, count));
  return wrap(arith::ConstantOp::create(*this, getI32VectorAttr(numbers)));
}

/// exp(x) = 2^n * exp(r) with n = round(x / ln 2), |r| <= ln(2) / 2, and exp(r) by its Taylor
/// polynomial of degree 7 (relative error below 2e-8 there). Below -87.3 the result is exactly 0,
/// so that a masked score of -inf adds nothing; above 88.3 it stays at the largest power of two.
/// NaN stays NaN.
Expression KernelBuilder::exponential(Expression x) {
  auto type = cast<VectorType>(x.type());
  int64_t count = type.getNumElements();
  auto constant = [&](double value) { return broadcast(number(value), count); };
  Expression clamped = minimum(constant(88.3), maximum(constant(-87.3), x));
  Expression n = wrap(LLVM::RoundEvenOp::create(*this, clamped * constant(1.4426950408889634)));
  Expression r = multiplyAdd(n, constant(-0.693359375), clamped);
  r = multiplyAdd(n, constant(2.12194440054690583e-4), r);
  Expression p = constant(1.0 / 5040);
  for (double coefficient : {1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1.0, 1.0})
    p = multiplyAdd(p, r, constant(coefficient));
  auto integers = VectorType::get({count}, getI32Type());
  Value exponent = arith::FPToSIOp::create(*this, integers, n);
  Value shifted = arith::ShLIOp::create(*this, exponent, broadcast(integer32(23), count));
  Value bits = arith::BitcastOp::create(*this, integers, p);
  Expression scaled =
      wrap(arith::BitcastOp::create(*this, type, arith::AddIOp::create(*this, bits, shifted)));
  return select(x < constant(-87.3), constant(0), scaled);
}

/// The type of `like`, a vector or a single value, with another element type.
static Type withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return VectorType::get(vector.getShape(), element);
  return element;
}

Expression KernelBuilder::absolute(Expression x) {
  return wrap(LLVM::FAbsOp::create(*this, x));
}
Expression KernelBuilder::roundToInt32(Expression x) {
  Value rounded = LLVM::RoundEvenOp::create(*this, x);
  return wrap(arith::FPToSIOp::create(*this, withElement(x.type(), getI32Type()), rounded));
}
Expression KernelBuilder::wholeInt32(Expression x) {
  return wrap(arith::FPToSIOp::create(*this, withElement(x.type(), getI32Type()), x));
}
Expression KernelBuilder::toFloat(Expression integer) {
  return wrap(arith::SIToFPOp::create(*this, withElement(integer.type(), getF32Type()), integer));
}
Expression KernelBuilder::roundToBFloat(Expression floats) {
  Type halves = withElement(floats.type(), getI16Type());
  // Processors that multiply bf16 have an instruction for it.
  if (cpu.multipliesBFloats() && !cpu.emulatesTiles) {
    Type bFloats = withElement(floats.type(), getBF16Type());
    return asType(wrap(arith::TruncFOp::create(*this, bFloats, floats)), halves);
  }
  Expression bits = asType(floats, withElement(floats.type(), getI32Type()));
  Expression odd = shiftRight(bits, 16) & constantLike(bits, 1);
  return cut(shiftRight(bits + (constantLike(bits, 0x7fff) + odd), 16), getI16Type());
}
Expression KernelBuilder::widenBFloats(Expression halves) {
  Expression bits = shiftLeft(widen(halves, getI32Type()), 16);
  return asType(bits, withElement(halves.type(), getF32Type()));
}
std::pair<Expression, Expression> KernelBuilder::widenPairs(Expression words) {
  Type floats = withElement(words.type(), getF32Type());
  Expression high = shiftLeft(shiftRight(words, 16), 16);
  return {asType(shiftLeft(words, 16), floats), asType(high, floats)};
}
Expression KernelBuilder::widen(Expression integers, Type element) {
  return wrap(arith::ExtUIOp::create(*this, withElement(integers.type(), element), integers));
}
Expression KernelBuilder::cut(Expression integers, Type element) {
  return wrap(arith::TruncIOp::create(*this, withElement(integers.type(), element), integers));
}
Expression KernelBuilder::shiftLeft(Expression integers, int64_t bits) {
  return wrap(arith::ShLIOp::create(*this, integers, constantLike(integers, bits)));
}
Expression KernelBuilder::shiftRight(Expression integers, int64_t bits) {
  return wrap(arith::ShRUIOp::create(*this, integers, constantLike(integers, bits)));
}
Expression KernelBuilder::asType(Expression x, Type type) {
  return wrap(LLVM::BitcastOp::create(*this, type, x));
}
Expression KernelBuilder::shuffle(Expression x, ArrayRef<int64_t> order) {
  return wrap(vector::ShuffleOp::create(*this, x, x, order));
}
Expression KernelBuilder::intrinsic(StringRef name, Type result, ArrayRef<Expression> arguments) {
  auto values = llvm::to_vector_of<Value>(arguments);
  auto call = isa<NoneType>(result)
                  ? LLVM::CallIntrinsicOp::create(*this, getStringAttr(name), values)
                  : LLVM::CallIntrinsicOp::create(*this, result, getStringAttr(name), values);
  return isa<NoneType>(result) ? Expression() : wrap(call->getResult(0));
}

Expression KernelBuilder::floatsAt(Expression pointer, Expression offset) {
  return wrap(LLVM::GEPOp::create(*this, pointerType(), getF32Type(), pointer,
                                  ArrayRef<LLVM::GEPArg>{Value(offset)}));
}
Expression KernelBuilder::floatsAt(Expression pointer, int64_t offset) {
  if (offset == 0)
    return pointer;
  return wrap(LLVM::GEPOp::create(*this, pointerType(), getF32Type(), pointer,
                                  ArrayRef<LLVM::GEPArg>{int32_t(offset)}));
}
Expression KernelBuilder::numbersAt(Expression pointer, Expression offset, bool areBFloats) {
  return areBFloats ? bytesAt(pointer, offset * 2) : floatsAt(pointer, offset);
}
Expression KernelBuilder::bytesAt(Expression pointer, Expression offset) {
  return wrap(LLVM::GEPOp::create(*this, pointerType(), getI8Type(), pointer,
                                  ArrayRef<LLVM::GEPArg>{Value(offset)}));
}
Expression KernelBuilder::bytesAt(Expression pointer, int64_t offset) {
  return offset == 0 ? pointer : bytesAt(pointer, integer(offset));
}
Expression KernelBuilder::load(Expression pointer, Type type) {
  Type element = getElementTypeOrSelf(type);
  unsigned alignment =
      isa<LLVM::LLVMPointerType>(element) ? 8 : element.getIntOrFloatBitWidth() / 8;
  return wrap(LLVM::LoadOp::create(*this, type, pointer, alignment));
}
Expression KernelBuilder::loadInt32(Expression array, Expression index) {
  return load(wrap(LLVM::GEPOp::create(*this, pointerType(), getI32Type(), array,
                                       ArrayRef<LLVM::GEPArg>{Value(index)})),
              getI32Type());
}
Expression KernelBuilder::loadInt64(Expression array, Expression index) {
  return load(wrap(LLVM::GEPOp::create(*this, pointerType(), getI64Type(), array,
                                       ArrayRef<LLVM::GEPArg>{Value(index)})),
              getI64Type());
}
Expression KernelBuilder::loadPointer(Expression array, Expression index) {
  return load(wrap(LLVM::GEPOp::create(*this, pointerType(), pointerType(), array,
                                       ArrayRef<LLVM::GEPArg>{Value(index)})),
              pointerType());
}
void KernelBuilder::store(Expression value, Expression pointer) {
  Type element = getElementTypeOrSelf(value.type());
  LLVM::StoreOp::create(*this, value, pointer, element.getIntOrFloatBitWidth() / 8);
}
Expression KernelBuilder::maskOfFirst(Expression count) {
  Expression limit = broadcast(truncateToInt32(count), lanes());
  return laneNumbers(lanes()) < limit;
}
Expression KernelBuilder::maskOfFirst(int64_t count) {
  return maskOfFirst(integer(count));
}
Expression KernelBuilder::loadFirst(Expression pointer, int64_t count) {
  if (count == lanes())
    return loadVector(pointer);
  return loadMasked(pointer, vectorType(), maskOfFirst(count));
}
Expression KernelBuilder::loadMasked(Expression pointer, VectorType type, Expression mask) {
  Value zero = arith::ConstantOp::create(*this, getZeroAttr(type));
  unsigned alignment = type.getElementType().getIntOrFloatBitWidth() / 8;
  return wrap(LLVM::MaskedLoadOp::create(*this, type, pointer, mask, zero, alignment));
}
void KernelBuilder::storeFirst(Expression vector, Expression pointer, int64_t count) {
  if (count == lanes())
    return store(vector, pointer);
  storeMasked(vector, pointer, maskOfFirst(count));
}
void KernelBuilder::storeMasked(Expression vector, Expression pointer, Expression mask) {
  unsigned alignment = getElementTypeOrSelf(vector.type()).getIntOrFloatBitWidth() / 8;
  LLVM::MaskedStoreOp::create(*this, vector, pointer, mask, alignment);
}
Expression KernelBuilder::gatherOf(Type element, Expression base, Expression indices) {
  int64_t count = cast<VectorType>(indices.type()).getNumElements();
  Value pointers = LLVM::GEPOp::create(*this, VectorType::get({count}, pointerType()), element,
                                       base, ArrayRef<LLVM::GEPArg>{Value(indices)});
  Expression all = broadcast(boolean(true), count);
  return wrap(LLVM::masked_gather::create(*this, VectorType::get({count}, element), pointers, all,
                                          ValueRange{}, getI32IntegerAttr(4)));
}
Expression KernelBuilder::gather(Expression base, Expression indices) {
  return gatherOf(getF32Type(), base, indices);
}
Expression KernelBuilder::gatherInt32(Expression base, Expression indices) {
  return gatherOf(getI32Type(), base, indices);
}
void KernelBuilder::prefetch(Expression pointer, int level) {
  LLVM::Prefetch::create(*this, pointer, /*rw=*/0, /*hint=*/4 - level, /*cache=*/1);
}

} // namespace transept::codegen
