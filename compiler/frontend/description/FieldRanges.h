// SPDX-License-Identifier: Apache-2.0
//
// What the fields of a description may be: ranges of numbers, and names of choices.

#ifndef TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_FIELDRANGES_H
#define TRANSEPT_COMPILER_FRONTEND_DESCRIPTION_FIELDRANGES_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

#include "transept/detail/OptionRange.h"

#include <array>
#include <string_view>
#include <utility>

namespace transept::frontend {

// Sizes are bounded so that no product of four of them overflows.
constexpr IntegerRange sizeRange{1, (int64_t(1) << 31) - 1};
constexpr IntegerRange countRange{0, (int64_t(1) << 31) - 1};
constexpr IntegerRange idRange{0, (int64_t(1) << 31) - 1};
constexpr IntegerRange kernelRange{0, 1024};
constexpr IntegerRange gridRange{1, 65536};
constexpr IntegerRange blockRange{1, 65536};
constexpr IntegerRange chunkRange{1, int64_t(1) << 20};
constexpr IntegerRange chunksBeforeRange{0, int64_t(1) << 10};
constexpr IntegerRange distanceRange{0, int64_t(1) << 20};
constexpr IntegerRange countedRange{1, int64_t(1) << 24}; // whole numbers of f32
constexpr NumberRange quantileRange{0.0, 1.0};
constexpr IntegerRange layerRange{0, 10'000};
constexpr IntegerRange medianFilterRange{1, 1001};
constexpr NumberRange epsilonRange{0.0, 1.0};

constexpr IntegerRange integersOf(detail::OptionRange range) {
  return {int64_t(range.minimum), int64_t(range.maximum)};
}
constexpr NumberRange numbersOf(detail::OptionRange range) {
  return {range.minimum, range.maximum};
}

#define OPTION_OF_ANY_TYPE(...)
#define OPTION_DECAY(name, abi_name, key, flag, hugging_face_name, neutral, range, help)           \
  constexpr NumberRange decayFactorRange = numbersOf(detail::range);
#define OPTION_BIASES(name, abi_name, key, flag, hugging_face_name, neutral, range, help)          \
  constexpr NumberRange biasRange = numbersOf(detail::range);
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE

template <typename Enum> struct EnumNames;
template <> struct EnumNames<NormKind> {
  static constexpr std::array<std::pair<NormKind, std::string_view>, 3> rows{
      {{NormKind::Layer, "layer"},
       {NormKind::RootMeanSquare, "rootMeanSquare"},
       {NormKind::Sequence, "sequence"}}};
};
template <> struct EnumNames<Activation> {
  static constexpr std::array<std::pair<Activation, std::string_view>, 7> rows{
      {{Activation::Relu, "relu"},
       {Activation::Gelu, "gelu"},
       {Activation::GeluTanh, "geluTanh"},
       {Activation::Silu, "silu"},
       {Activation::Sigmoid, "sigmoid"},
       {Activation::Tanh, "tanh"},
       {Activation::Asinh, "asinh"}}};
};
template <> struct EnumNames<PositionKind> {
  static constexpr std::array<std::pair<PositionKind, std::string_view>, 5> rows{
      {{PositionKind::None, "none"},
       {PositionKind::SinusoidalHalves, "sinusoidalHalves"},
       {PositionKind::SinusoidalHalvesInclusive, "sinusoidalHalvesInclusive"},
       {PositionKind::SinusoidalInterleaved, "sinusoidalInterleaved"},
       {PositionKind::Learned, "learned"}}};
};
template <> struct EnumNames<NormPlacement> {
  static constexpr std::array<std::pair<NormPlacement, std::string_view>, 3> rows{
      {{NormPlacement::Pre, "pre"},
       {NormPlacement::Post, "post"},
       {NormPlacement::Sandwich, "sandwich"}}};
};
template <> struct EnumNames<LabelScores> {
  static constexpr std::array<std::pair<LabelScores, std::string_view>, 3> rows{
      {{LabelScores::Softmax, "softmax"},
       {LabelScores::Sigmoid, "sigmoid"},
       {LabelScores::Identity, "identity"}}};
};
template <> struct EnumNames<GenerationDefaults::EarlyStopping> {
  using Enum = GenerationDefaults::EarlyStopping;
  static constexpr std::array<std::pair<Enum, std::string_view>, 3> rows{
      {{Enum::False, "false"}, {Enum::True, "true"}, {Enum::Never, "never"}}};
};

} // namespace transept::frontend

#endif
