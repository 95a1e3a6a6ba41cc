// SPDX-License-Identifier: Apache-2.0
//
// Types: their syntax (`space x width x element`) and what they refuse.

#include "dialects/Transept/Transept.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace transept;

#define GET_TYPEDEF_CLASSES
#include "dialects/Transept/TranseptTypes.cpp.inc"

void TranseptDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Transept/TranseptTypes.cpp.inc"
      >();
}

namespace {

using ErrorEmitter = llvm::function_ref<InFlightDiagnostic()>;

LogicalResult verifyCount(ErrorEmitter emitError, StringRef what, int64_t count) {
  if (count <= 0)
    return emitError() << "expects a positive " << what << ", but got " << count;
  if (count > INT32_MAX)
    return emitError() << "expects a " << what << " of at most " << INT32_MAX << ", but got "
                       << count;
  return success();
}

LogicalResult verifyRowsLike(ErrorEmitter emitError, int64_t width, Type elementType) {
  if (failed(verifyCount(emitError, "width", width)))
    return failure();
  if (!isa<FloatType>(elementType) && !elementType.isInteger(32))
    return emitError() << "expects elements of a float type or i32, but got " << elementType;
  return success();
}

ParseResult parseCross(AsmParser &parser) {
  return parser.parseKeyword("x");
}

/// Parses `<space x width x element>`, common to rows and caches.
template <typename T> Type parseRowsLike(AsmParser &parser) {
  FailureOr<Space> space;
  int64_t width = 0;
  Type elementType;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || failed(space = parseSpace(parser)) || parseCross(parser) ||
      parser.parseInteger(width) || parseCross(parser) || parser.parseType(elementType) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<T>(location, parser.getContext(), *space, width, elementType);
}

template <typename T> void printRowsLike(T type, AsmPrinter &printer) {
  printer << "<" << type.getSpace() << " x " << type.getWidth() << " x " << type.getElementType()
          << ">";
}

/// Parses `<query space x key space x heads>`, common to biases and attention weights.
template <typename T> Type parseScoresLike(AsmParser &parser) {
  FailureOr<Space> query, key;
  int64_t headCount = 0;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || failed(query = parseSpace(parser)) || parseCross(parser) ||
      failed(key = parseSpace(parser)) || parseCross(parser) || parser.parseInteger(headCount) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<T>(location, parser.getContext(), *query, *key, headCount);
}

template <typename T> void printScoresLike(T type, AsmPrinter &printer) {
  printer << "<" << type.getQuery() << " x " << type.getKey() << " x " << type.getHeadCount()
          << ">";
}

} // namespace

FailureOr<Space> transept::parseSpace(AsmParser &parser) {
  StringRef keyword;
  auto location = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  if (std::optional<Space> space = Space::parse(keyword))
    return *space;
  return parser.emitError(location, "expects a sequence space's name, but got \"")
         << keyword
         << "\"; allowed are source, target, and names derived from these, such as source.features";
}

Type RowsType::parse(AsmParser &parser) {
  return parseRowsLike<RowsType>(parser);
}
void RowsType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult RowsType::verify(ErrorEmitter emitError, Space, int64_t width, Type elementType) {
  return verifyRowsLike(emitError, width, elementType);
}

Type EncoderCacheType::parse(AsmParser &parser) {
  return parseRowsLike<EncoderCacheType>(parser);
}
void EncoderCacheType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult EncoderCacheType::verify(ErrorEmitter emitError, Space, int64_t width,
                                       Type elementType) {
  return verifyRowsLike(emitError, width, elementType);
}

Type SelfCacheType::parse(AsmParser &parser) {
  return parseRowsLike<SelfCacheType>(parser);
}
void SelfCacheType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult SelfCacheType::verify(ErrorEmitter emitError, Space, int64_t width,
                                    Type elementType) {
  return verifyRowsLike(emitError, width, elementType);
}

Type MaskType::parse(AsmParser &parser) {
  FailureOr<Space> query, key;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || failed(query = parseSpace(parser)) || parseCross(parser) ||
      failed(key = parseSpace(parser)) || parser.parseGreater())
    return {};
  return parser.getChecked<MaskType>(location, parser.getContext(), *query, *key);
}
void MaskType::print(AsmPrinter &printer) const {
  printer << "<" << getQuery() << " x " << getKey() << ">";
}

Type BiasType::parse(AsmParser &parser) {
  return parseScoresLike<BiasType>(parser);
}
void BiasType::print(AsmPrinter &printer) const {
  printScoresLike(*this, printer);
}
LogicalResult BiasType::verify(ErrorEmitter emitError, Space, Space, int64_t headCount) {
  return verifyCount(emitError, "number of heads", headCount);
}

Type AttentionWeightsType::parse(AsmParser &parser) {
  return parseScoresLike<AttentionWeightsType>(parser);
}
void AttentionWeightsType::print(AsmPrinter &printer) const {
  printScoresLike(*this, printer);
}
LogicalResult AttentionWeightsType::verify(ErrorEmitter emitError, Space, Space,
                                           int64_t headCount) {
  return verifyCount(emitError, "number of heads", headCount);
}

Type CandidatesType::parse(AsmParser &parser) {
  FailureOr<Space> space;
  int64_t vocabularySize = 0;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || failed(space = parseSpace(parser)) || parseCross(parser) ||
      parser.parseInteger(vocabularySize) || parser.parseGreater())
    return {};
  return parser.getChecked<CandidatesType>(location, parser.getContext(), *space, vocabularySize);
}
void CandidatesType::print(AsmPrinter &printer) const {
  printer << "<" << getSpace() << " x " << getVocabularySize() << ">";
}
LogicalResult CandidatesType::verify(ErrorEmitter emitError, Space, int64_t vocabularySize) {
  return verifyCount(emitError, "vocabulary size", vocabularySize);
}
