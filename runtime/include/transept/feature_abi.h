/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of features in the C ABI: how their number changes, which of their columns count, and how
 * series become some. A part of abi.h, which includes it.
 */
#ifndef TRANSEPT_FEATURE_ABI_H
#define TRANSEPT_FEATURE_ABI_H

typedef struct transept_row_step {
#define TRANSEPT_ROW_STEP_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_ROW_STEP_FIELDS
} transept_row_step;

typedef struct transept_counted_column {
#define TRANSEPT_COUNTED_COLUMN_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_COUNTED_COLUMN_FIELDS
} transept_counted_column;

typedef struct transept_forecaster {
#define TRANSEPT_FORECASTER_FIELDS TRANSEPT_DECLARE_FIELD
#include "transept/abi_fields.inc"
#undef TRANSEPT_FORECASTER_FIELDS
} transept_forecaster;

#endif
