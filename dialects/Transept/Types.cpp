// SPDX-License-Identifier: Apache-2.0
//
// Types: their syntax (`space x width x element`, spaces may contain dots) and what they refuse.

#include "dialects/Transept/Transept.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
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

// `source`, `target.history`: what the parser reads back as one keyword.
bool isSpaceName(StringRef name) {
  auto isWordCharacter = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; };
  return !name.empty() && (llvm::isAlpha(name.front()) || name.front() == '_') &&
         llvm::all_of(name, isWordCharacter);
}

LogicalResult verifySpace(ErrorEmitter emitError, StringRef space) {
  if (!isSpaceName(space))
    return emitError() << "expects a sequence space's name, but got \"" << space << "\"";
  return success();
}

LogicalResult verifyCount(ErrorEmitter emitError, StringRef what, int64_t count) {
  if (count <= 0)
    return emitError() << "expects a positive " << what << ", but got " << count;
  return success();
}

LogicalResult verifyRowsLike(ErrorEmitter emitError, StringRef space, int64_t width,
                             Type elementType) {
  if (failed(verifySpace(emitError, space)) || failed(verifyCount(emitError, "width", width)))
    return failure();
  if (!isa<FloatType>(elementType) && !elementType.isInteger(32))
    return emitError() << "expects elements of a float type or i32, but got " << elementType;
  return success();
}

ParseResult parseSpace(AsmParser &parser, std::string &space) {
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  space = keyword.str();
  return success();
}

ParseResult parseCross(AsmParser &parser) {
  return parser.parseKeyword("x");
}

/// Parses `<space x width x element>`, common to rows and caches.
template <typename T> Type parseRowsLike(AsmParser &parser) {
  std::string space;
  int64_t width = 0;
  Type elementType;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || parseSpace(parser, space) || parseCross(parser) ||
      parser.parseInteger(width) || parseCross(parser) || parser.parseType(elementType) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<T>(location, parser.getContext(), StringRef(space), width, elementType);
}

template <typename T> void printRowsLike(T type, AsmPrinter &printer) {
  printer << "<" << type.getSpace() << " x " << type.getWidth() << " x " << type.getElementType()
          << ">";
}

/// Parses `<query space x key space x heads>`, common to biases and attention weights.
template <typename T> Type parseScoresLike(AsmParser &parser) {
  std::string query, key;
  int64_t headCount = 0;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || parseSpace(parser, query) || parseCross(parser) ||
      parseSpace(parser, key) || parseCross(parser) || parser.parseInteger(headCount) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<T>(location, parser.getContext(), StringRef(query), StringRef(key),
                              headCount);
}

template <typename T> void printScoresLike(T type, AsmPrinter &printer) {
  printer << "<" << type.getQuery() << " x " << type.getKey() << " x " << type.getHeadCount()
          << ">";
}

LogicalResult verifyScoresLike(ErrorEmitter emitError, StringRef query, StringRef key,
                               int64_t headCount) {
  if (failed(verifySpace(emitError, query)) || failed(verifySpace(emitError, key)))
    return failure();
  return verifyCount(emitError, "number of heads", headCount);
}

} // namespace

Type RowsType::parse(AsmParser &parser) {
  return parseRowsLike<RowsType>(parser);
}
void RowsType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult RowsType::verify(ErrorEmitter emitError, StringRef space, int64_t width,
                               Type elementType) {
  return verifyRowsLike(emitError, space, width, elementType);
}

Type EncoderCacheType::parse(AsmParser &parser) {
  return parseRowsLike<EncoderCacheType>(parser);
}
void EncoderCacheType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult EncoderCacheType::verify(ErrorEmitter emitError, StringRef space, int64_t width,
                                       Type elementType) {
  return verifyRowsLike(emitError, space, width, elementType);
}

Type SelfCacheType::parse(AsmParser &parser) {
  return parseRowsLike<SelfCacheType>(parser);
}
void SelfCacheType::print(AsmPrinter &printer) const {
  printRowsLike(*this, printer);
}
LogicalResult SelfCacheType::verify(ErrorEmitter emitError, StringRef space, int64_t width,
                                    Type elementType) {
  return verifyRowsLike(emitError, space, width, elementType);
}

Type MaskType::parse(AsmParser &parser) {
  std::string query, key;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || parseSpace(parser, query) || parseCross(parser) ||
      parseSpace(parser, key) || parser.parseGreater())
    return {};
  return parser.getChecked<MaskType>(location, parser.getContext(), StringRef(query),
                                     StringRef(key));
}
void MaskType::print(AsmPrinter &printer) const {
  printer << "<" << getQuery() << " x " << getKey() << ">";
}
LogicalResult MaskType::verify(ErrorEmitter emitError, StringRef query, StringRef key) {
  return success(succeeded(verifySpace(emitError, query)) &&
                 succeeded(verifySpace(emitError, key)));
}

Type BiasType::parse(AsmParser &parser) {
  return parseScoresLike<BiasType>(parser);
}
void BiasType::print(AsmPrinter &printer) const {
  printScoresLike(*this, printer);
}
LogicalResult BiasType::verify(ErrorEmitter emitError, StringRef query, StringRef key,
                               int64_t headCount) {
  return verifyScoresLike(emitError, query, key, headCount);
}

Type AttentionWeightsType::parse(AsmParser &parser) {
  return parseScoresLike<AttentionWeightsType>(parser);
}
void AttentionWeightsType::print(AsmPrinter &printer) const {
  printScoresLike(*this, printer);
}
LogicalResult AttentionWeightsType::verify(ErrorEmitter emitError, StringRef query, StringRef key,
                                           int64_t headCount) {
  return verifyScoresLike(emitError, query, key, headCount);
}

Type CandidatesType::parse(AsmParser &parser) {
  std::string space;
  int64_t vocabularySize = 0;
  auto location = parser.getCurrentLocation();
  if (parser.parseLess() || parseSpace(parser, space) || parseCross(parser) ||
      parser.parseInteger(vocabularySize) || parser.parseGreater())
    return {};
  return parser.getChecked<CandidatesType>(location, parser.getContext(), StringRef(space),
                                           vocabularySize);
}
void CandidatesType::print(AsmPrinter &printer) const {
  printer << "<" << getSpace() << " x " << getVocabularySize() << ">";
}
LogicalResult CandidatesType::verify(ErrorEmitter emitError, StringRef space,
                                     int64_t vocabularySize) {
  if (failed(verifySpace(emitError, space)))
    return failure();
  return verifyCount(emitError, "vocabulary size", vocabularySize);
}
