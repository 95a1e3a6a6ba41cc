// SPDX-License-Identifier: Apache-2.0
//
// All ops of the dialect, a family a file.

#ifndef TRANSEPT_PLAN_OPS
#define TRANSEPT_PLAN_OPS

include "dialects/Plan/ProgramOps.td"
include "dialects/Plan/EmbeddingOps.td"
include "dialects/Plan/LinearOps.td"
include "dialects/Plan/AttentionOps.td"
include "dialects/Plan/RowOps.td"
include "dialects/Plan/RecurrenceOps.td"
include "dialects/Plan/VocabularyOps.td"
include "dialects/Plan/ConvolutionOps.td"
include "dialects/Plan/GridOps.td"
include "dialects/Plan/GlobalRowsOps.td"
include "dialects/Plan/PartOps.td"

#endif
