// SPDX-License-Identifier: Apache-2.0
//
// All ops of the dialect, a family a file.

#ifndef TRANSEPT_OPS
#define TRANSEPT_OPS

include "dialects/Transept/WeightOps.td"
include "dialects/Transept/EmbeddingOps.td"
include "dialects/Transept/LinearOps.td"
include "dialects/Transept/VocabularyOps.td"
include "dialects/Transept/NormalizationOps.td"
include "dialects/Transept/RotaryOps.td"
include "dialects/Transept/MaskOps.td"
include "dialects/Transept/AttentionOps.td"
include "dialects/Transept/CacheOps.td"
include "dialects/Transept/RecurrenceOps.td"
include "dialects/Transept/ConvolutionOps.td"
include "dialects/Transept/GridOps.td"
include "dialects/Transept/GlobalRowsOps.td"
include "dialects/Transept/PartOps.td"

#endif
