// SPDX-License-Identifier: Apache-2.0
//
// Tables that miss a field, or have one too many, are no types; numbers too large for a field are
// refused; fields become constants in the order of the ABI.

#include "compiler/emit/table/GenerationTables.h"

#include "llvm/IR/LLVMContext.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace transept::emit {
namespace {

template <typename Step>
concept CanBeComplete = requires {
  Step{.kernel = 1,
       .stride = 2,
       .padding = 3,
       .leading = 4,
       .line_before = 5,
       .line_behind = 6,
       .grid_rows = 7,
       .least_rows = 8};
};
template <typename Step>
concept CanMissAField = requires {
  Step{.kernel = 1,
       .stride = 2,
       .leading = 4,
       .line_before = 5,
       .line_behind = 6,
       .grid_rows = 7,
       .least_rows = 8};
};
template <typename Step>
concept CanHaveAnotherField = requires {
  Step{.kernel = 1,
       .stride = 2,
       .padding = 3,
       .leading = 4,
       .line_before = 5,
       .line_behind = 6,
       .grid_rows = 7,
       .least_rows = 8,
       .trailing = 9};
};
static_assert(CanBeComplete<Values<transept_row_step>>);
static_assert(!CanMissAField<Values<transept_row_step>>);
static_assert(!CanHaveAnotherField<Values<transept_row_step>>);

class Tables : public testing::Test {
protected:
  /// Field `index` of a structure, as an integer.
  static int64_t number(llvm::Constant *structure, unsigned index) {
    return llvm::cast<llvm::ConstantInt>(structure->getAggregateElement(index))->getSExtValue();
  }
  static float real(llvm::Constant *value) {
    return llvm::cast<llvm::ConstantFP>(value)->getValueAPF().convertToFloat();
  }
  static llvm::Constant *contentOf(llvm::Constant *variable) {
    return llvm::cast<llvm::GlobalVariable>(variable)->getInitializer();
  }

  /// The number of a field of transept_generation_defaults.
  static unsigned place(std::string_view field) {
    const std::string_view names[] = {
#define FIELD_NAME(kind, c_type, name, meaning) #name,
#define TRANSEPT_GENERATION_FIELDS FIELD_NAME
#include "transept/abi_fields.inc"
#undef TRANSEPT_GENERATION_FIELDS
#undef FIELD_NAME
    };
    return unsigned(std::ranges::find(names, field) - std::begin(names));
  }

  llvm::LLVMContext context;
  llvm::Module module{"tables", context};
  TableWriter writer{module};
};

TEST_F(Tables, RefuseNumbersThatAFieldCannotHold) {
  EXPECT_THROW(Field<uint32_t>(int64_t(1) << 32), std::range_error);
  EXPECT_THROW(Field<uint32_t>(-1), std::range_error);
  EXPECT_THROW(Field<int32_t>(uint64_t(1) << 31), std::range_error);
  EXPECT_EQ(Field<int32_t>(int64_t(-1)).value, -1);
  EXPECT_EQ(Field<uint64_t>(UINT64_MAX).value, UINT64_MAX);
}

TEST_F(Tables, HaveTheirFieldsInOrder) {
  llvm::Constant *step = writer.structure(Values<transept_row_step>{.kernel = 1,
                                                                    .stride = 2,
                                                                    .padding = 3,
                                                                    .leading = 4,
                                                                    .line_before = 5,
                                                                    .line_behind = 6,
                                                                    .grid_rows = 7,
                                                                    .least_rows = 8});
  ASSERT_EQ(step->getType()->getStructNumElements(), 8u);
  for (unsigned index = 0; index < 8; ++index)
    EXPECT_EQ(number(step, index), index + 1);
}

TEST_F(Tables, HaveNullForListsWithoutElements) {
  EXPECT_TRUE(writer.array("none", {})->isNullValue());
  EXPECT_TRUE(writer.numbers<uint32_t>("none", std::vector<int64_t>{})->isNullValue());
}

TEST_F(Tables, OfGenerationHoldWhatTheModelSays) {
  frontend::GenerationDefaults defaults;
  defaults.decoderStartId = 7;
  defaults.beams = 5;
  defaults.earlyStopping = frontend::GenerationDefaults::EarlyStopping::Never;
  defaults.lengthPenalty = 0.5;
  defaults.endIds = {2, 3};
  defaults.badWords = {{4}, {5, 6}};
  defaults.exponentialDecay = {7, 1.5};
  defaults.sequenceBiases = {{{4}, 2.5}, {{5, 6}, -3}};
  defaults.stopStrings = {"ab", "c"};
  llvm::Constant *table = contentOf(generationTable(writer, defaults));
  auto indexOf = [](size_t offset) { return unsigned(offset / sizeof(int32_t)); };
#define INDEX(field) indexOf(offsetof(transept_generation_defaults, field))
  EXPECT_EQ(number(table, INDEX(decoder_start_id)), 7);
  EXPECT_EQ(number(table, INDEX(forced_end_id)), -1);
  EXPECT_EQ(number(table, INDEX(beams)), 5);
  EXPECT_EQ(number(table, INDEX(maximum_length)), 20);
  EXPECT_EQ(number(table, INDEX(early_stopping)), int(TRANSEPT_EARLY_STOPPING_NEVER));
  EXPECT_EQ(real(table->getAggregateElement(INDEX(length_penalty))), 0.5f);
  // The fields from here on take eight bytes each.
  unsigned first = INDEX(end_ids);
#undef INDEX
  EXPECT_EQ(number(table, first + 1), 2);
  EXPECT_EQ(contentOf(table->getAggregateElement(first))->getAggregateElement(1u),
            llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), 3));
  EXPECT_TRUE(table->getAggregateElement(first + 2)->isNullValue());
  EXPECT_EQ(number(table, first + 8), 2);
  // Two numbers, then three lists and their count.
  unsigned decay = place("exponential_decay_start");
  EXPECT_EQ(number(table, decay), 7);
  EXPECT_EQ(real(table->getAggregateElement(decay + 1)), 1.5f);
  llvm::Constant *ids = contentOf(table->getAggregateElement(decay + 2));
  EXPECT_EQ(ids->getAggregateElement(2u),
            llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), 6));
  llvm::Constant *offsets = contentOf(table->getAggregateElement(decay + 3));
  EXPECT_EQ(offsets->getAggregateElement(1u),
            llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), 1));
  llvm::Constant *values = contentOf(table->getAggregateElement(decay + 4));
  EXPECT_EQ(real(values->getAggregateElement(1u)), -3);
  EXPECT_EQ(number(table, decay + 5), 2);
  llvm::Constant *stops = contentOf(table->getAggregateElement(place("stop_strings")));
  EXPECT_EQ(llvm::cast<llvm::ConstantDataArray>(contentOf(stops->getAggregateElement(0u)))
                ->getAsCString(),
            "ab");
  EXPECT_EQ(number(table, place("stop_string_count")), 2);
}

} // namespace
} // namespace transept::emit
