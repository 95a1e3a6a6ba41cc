// SPDX-License-Identifier: Apache-2.0
//
// An op that makes a space is one op with its methods: ops that nothing else knows run in the
// interpreter, and all that asks for numbers of rows finds them.

#include "InterpreterTesting.h"

#include "dialects/Transept/interpreter/RunModel.h"

#include "mlir/IR/Verifier.h"

using namespace transept;
using testing::ElementsAre;
using testing::HasSubstr;

namespace transept::test {

Space spaceOf(mlir::Value value) {
  return llvm::cast<RowsType>(value.getType()).getSpace();
}

/// result[i] = input[2 i - 1] + input[2 i]
class PoolRowsOp : public mlir::Op<PoolRowsOp, mlir::OpTrait::OneOperand, mlir::OpTrait::OneResult,
                                   MakesSpace::Trait, Interpretable::Trait> {
public:
  using Op::Op;

  static llvm::StringRef getOperationName() { return "test.pool_rows"; }
  static llvm::ArrayRef<llvm::StringRef> getAttributeNames() { return {}; }

  MadeSpace getMadeSpace() {
    return {.space = spaceOf(getOperation()->getResult(0)),
            .from = spaceOf(getOperation()->getOperand(0)),
            .step = {.kernel = 2, .stride = 2, .padding = 2}};
  }

  mlir::LogicalResult interpret(Frame &frame) {
    const mlir::Value operand = getOperation()->getOperand(0),
                      result = getOperation()->getResult(0);
    const Tensor &input = frame.rows(operand);
    const SequenceSpace &pairs = frame.space(result);
    Tensor pooled({pairs.rowCount(), 1});
    int64_t row = 0, begin = 0;
    for (auto [length, count] : llvm::zip_equal(frame.space(operand).lengths, pairs.lengths)) {
      for (int64_t i = 0; i < count; ++i, ++row)
        for (int64_t from : {2 * i - 1, 2 * i})
          if (from >= 0 && from < length)
            pooled.row(row)[0] += input.row(begin + from)[0];
      begin += length;
    }
    frame.bindRows(result, std::move(pooled));
    return mlir::success();
  }
};

/// The same rows, each sequence cut into sequences of two.
class CutRowsOp : public mlir::Op<CutRowsOp, mlir::OpTrait::OneOperand, mlir::OpTrait::OneResult,
                                  MakesSpace::Trait, Interpretable::Trait> {
public:
  using Op::Op;

  static llvm::StringRef getOperationName() { return "test.cut_rows"; }
  static llvm::ArrayRef<llvm::StringRef> getAttributeNames() { return {}; }

  MadeSpace getMadeSpace() {
    return {.space = spaceOf(getOperation()->getResult(0)),
            .from = spaceOf(getOperation()->getOperand(0))};
  }

  std::vector<int64_t> sequenceLengths(llvm::ArrayRef<int64_t> lengths) {
    std::vector<int64_t> cut;
    for (int64_t length : lengths)
      for (; length > 0; length -= 2)
        cut.push_back(std::min<int64_t>(length, 2));
    return cut;
  }

  mlir::LogicalResult interpret(Frame &frame) {
    frame.bindRows(getOperation()->getResult(0), frame.rows(getOperation()->getOperand(0)));
    return mlir::success();
  }
};

class TestDialect : public mlir::Dialect {
public:
  explicit TestDialect(mlir::MLIRContext *context)
      : Dialect(getDialectNamespace(), context, mlir::TypeID::get<TestDialect>()) {
    addOperations<PoolRowsOp, CutRowsOp>();
  }
  static llvm::StringRef getDialectNamespace() { return "test"; }
};

} // namespace transept::test

namespace {

TEST(RowStep, CountsWindowsThenLeadingRows) {
  const RowStep convolution{.kernel = 5, .stride = 2, .padding = 4};
  EXPECT_TRUE(convolution.hasWindows());
  EXPECT_EQ(convolution.rowsFrom(0), 0) << "shorter than the kernel, even padded";
  EXPECT_EQ(convolution.rowsFrom(1), 1);
  EXPECT_EQ(convolution.rowsFrom(6), 3);
  EXPECT_EQ(convolution.rowsFrom(7), 4);
  const RowStep tokens{.leading = 2};
  EXPECT_FALSE(tokens.hasWindows());
  EXPECT_EQ(tokens.rowsFrom(0), 2);
  EXPECT_EQ(tokens.rowsFrom(7), 9);
  EXPECT_EQ((RowStep{.kernel = 5, .stride = 2, .padding = 4, .leading = 2}).rowsFrom(7), 6);
}

TEST(RowStep, CountsLinesOfGrids) {
  const RowStep halves = RowStep::overGrid(/*kernel=*/3, /*stride=*/2, /*padding=*/1, /*width=*/5,
                                           /*lineBefore=*/5);
  EXPECT_TRUE(halves.hasWindows());
  EXPECT_EQ(halves.lineBehind, 3);
  EXPECT_EQ(halves.rowsFrom(0), 0);
  EXPECT_EQ(halves.rowsFrom(5), 3) << "one line";
  EXPECT_EQ(halves.rowsFrom(20), 6) << "four lines become two";
  EXPECT_EQ(RowStep::overGrid(3, 2, 1, 5, 1).rowsFrom(4), 6) << "rows that are lines";
  EXPECT_EQ(RowStep::overGrid(3, 1, 0, 5, 5).spareRowsBefore(), 10);
  const RowStep first{.first = 7};
  EXPECT_TRUE(first.hasWindows());
  EXPECT_EQ(first.rowsFrom(9), 7);
  EXPECT_EQ(first.rowsFrom(6), 6);
}

TEST(RowStep, BoundsTheRowsBeforeItByThoseBehindIt) {
  for (int64_t kernel : {1, 2, 3, 4, 5, 8})
    for (int64_t stride : {1, 2, 3, 7})
      for (int64_t padding = 0; padding <= 2 * (kernel - 1); ++padding)
        for (int64_t rows = 0; rows < 40; ++rows) {
          const RowStep step{.kernel = kernel, .stride = stride, .padding = padding};
          EXPECT_LE(rows, stride * step.rowsFrom(rows) + step.spareRowsBefore())
              << kernel << " " << stride << " " << padding;
        }
}

/// Two sources of features 1, 2, 3 and 10.
class OpsThatMakeSpaces : public InterpreterTesting {
protected:
  OpsThatMakeSpaces() {
    context.loadDialect<test::TestDialect>();
    batch = Batch();
    batch.addSpace(Space::source().derived("features"), {3, 1});
  }

  std::string pool = R"(
    !features = !transept.rows<source.features x 1 x f32>
    !pooled = !transept.rows<source.pooled x 1 x f32>
    !source = !transept.rows<source x 3 x f32>
    func.func @f(%x: !features) -> !source {
      %pooled = "test.pool_rows"(%x) : (!features) -> !pooled
      %r = transept.windows %pooled kernel 3 stride 1 padding 1 : (!pooled) -> !source
      return %r : !source
    })";
};

TEST_F(OpsThatMakeSpaces, AreAllThatTheInterpreterNeedsToKnowOfTheirRows) {
  // Pools of 1 and 2 + 3, and of 10.
  EXPECT_THAT(runRows(pool, {rows(1, {1, 2, 3, 10})}), ElementsAre(0, 1, 5, 1, 5, 0, 0, 10, 0));
}

TEST_F(OpsThatMakeSpaces, TellTheLengthsOfSources) {
  auto module = parse(pool);
  auto lengths = sourceLengths(module->lookupSymbol<mlir::func::FuncOp>("f"), {3, 1, 7});
  EXPECT_THAT(lengths.at(Space::source().derived("features")), ElementsAre(3, 1, 7));
  EXPECT_THAT(lengths.at(Space::source().derived("pooled")), ElementsAre(2, 1, 4));
  EXPECT_THAT(lengths.at(Space::source()), ElementsAre(2, 1, 4));
}

TEST_F(OpsThatMakeSpaces, MayMakeSeveralSequencesOfOne) {
  std::string text = R"(
    func.func @f(%x: !transept.rows<source.features x 1 x f32>) -> !transept.rows<source x 1 x f32> {
      %cut = "test.cut_rows"(%x)
          : (!transept.rows<source.features x 1 x f32>) -> !transept.rows<source.cut x 1 x f32>
      %r = "test.pool_rows"(%cut)
          : (!transept.rows<source.cut x 1 x f32>) -> !transept.rows<source x 1 x f32>
      return %r : !transept.rows<source x 1 x f32>
    })";
  // 2 and 3 are in different sequences now, so that nothing adds them.
  EXPECT_THAT(runRows(text, {rows(1, {1, 2, 3, 10})}), ElementsAre(1, 2, 3, 10));
}

TEST_F(OpsThatMakeSpaces, AreVerifiedWithoutAVerifierOfTheirOwn) {
  EXPECT_FALSE(mlir::parseSourceString<mlir::ModuleOp>(R"(
    func.func @f(%x: !transept.rows<target x 1 x f32>) {
      %r = "test.pool_rows"(%x)
          : (!transept.rows<target x 1 x f32>) -> !transept.rows<source x 1 x f32>
      return
    })",
                                                       &context));
  EXPECT_THAT(message, HasSubstr("expects input and result to be rows of different spaces derived "
                                 "from the source, but got target and source"));
}

TEST_F(OpsThatMakeSpaces, BesideTheWayToTheSourceAddNoStep) {
  auto module = parse(R"(
    !patches = !transept.rows<source.patches x 1 x f32>
    !tiles = !transept.rows<source.patches.tiles x 1 x f32>
    func.func @f(%x: !patches) -> !transept.rows<source x 4 x f32> {
      %t = transept.tile_rows %x <3 by 5, side = 2> : (!patches) -> !tiles
      %y = transept.untile_rows %t <3 by 5, side = 2> : (!tiles) -> !patches
      %r = transept.merge_tiles %y <3 by 5, side = 2>
          : (!patches) -> !transept.rows<source x 4 x f32>
      return %r : !transept.rows<source x 4 x f32>
    })");
  MadeSpaces spaces(module->lookupSymbol<mlir::func::FuncOp>("f").front());
  const Space tiles = Space::source().derived("patches").derived("tiles");
  ASSERT_EQ(spaces.steps().size(), 1u);
  EXPECT_EQ(spaces.steps()[0].rowsFrom(15), 6);
  ASSERT_TRUE(spaces.find(tiles));
  EXPECT_EQ(spaces.find(tiles)->step.rowsFrom(15), 24);
  EXPECT_EQ(spaces.find(tiles)->rowsBefore, 15);
  EXPECT_FALSE(spaces.isOnTheWay(tiles));
  EXPECT_EQ(spaces.stepsBefore(tiles), 0u);
  EXPECT_EQ(spaces.stepsBefore(Space::source()), 1u);
}

TEST_F(OpsThatMakeSpaces, AreThoseThatDoAsTheyAreGiven) {
  auto module = parse(R"(
    !features = !transept.rows<source.features x 1 x f32>
    !source = !transept.rows<source x 1 x f32>
    func.func @f(%x: !features, %w: tensor<1x3xf32>) -> !source {
      %y = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 1
          : (!features, tensor<1x3xf32>) -> !features
      %r = transept.depthwise_convolution %y, %w kernel 3 stride 2 padding 0
          : (!features, tensor<1x3xf32>) -> !source
      return %r : !source
    })");
  mlir::Block &block = module->lookupSymbol<mlir::func::FuncOp>("f").front();
  EXPECT_FALSE(madeSpaceOf(&block.front()));
  ASSERT_TRUE(madeSpaceOf(&*std::next(block.begin())));
  EXPECT_THAT(MadeSpaces(block).steps(), ElementsAre(RowStep{.kernel = 3, .stride = 2}));
}

TEST_F(OpsThatMakeSpaces, AreListedInOrderEachSpaceOnce) {
  auto module = parse(R"(
    !features = !transept.rows<source.features x 1 x f32>
    !pooled = !transept.rows<source.pooled x 1 x f32>
    func.func @f(%x: !features, %y: !features, %token: tensor<2x1xf32>)
        -> !transept.rows<source x 1 x f32> {
      %a = "test.pool_rows"(%x) : (!features) -> !pooled
      %b = "test.pool_rows"(%y) : (!features) -> !pooled
      %sum = transept.add %a, %b : !pooled
      %r = transept.prepend_rows %token, %sum
          : (tensor<2x1xf32>, !pooled) -> !transept.rows<source x 1 x f32>
      return %r : !transept.rows<source x 1 x f32>
    })");
  MadeSpaces spaces(module->lookupSymbol<mlir::func::FuncOp>("f").front());
  const RowStep pooling{.kernel = 2, .stride = 2, .padding = 2}, tokens{.leading = 2};
  EXPECT_THAT(spaces.steps(), ElementsAre(pooling, tokens));
  EXPECT_EQ(spaces.find(Space::source().derived("features")), nullptr);
  const Space pooled = Space::source().derived("pooled");
  ASSERT_TRUE(spaces.find(pooled) && spaces.find(Space::source()));
  EXPECT_EQ(*spaces.find(Space::source()), (MadeSpace{Space::source(), pooled, tokens}));
  EXPECT_EQ(spaces.stepsBefore(pooled), 1u);
  EXPECT_EQ(spaces.stepsBefore(Space::source()), 2u);
}

} // namespace
