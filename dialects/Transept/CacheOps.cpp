// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of the caches.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

template <typename CacheType> static bool holds(CacheType cache, RowsType rows) {
  return cache.getSpace() == rows.getSpace() && cache.getWidth() == rows.getWidth() &&
         cache.getElementType() == rows.getElementType();
}

static const char *const cacheOfRows =
    "rows and cache to have the same space, width and element type";

LogicalResult CacheStoreOp::verify() {
  // cache_store_c1
  if (!holds(getCache().getType(), getRows().getType()))
    return mismatch(*this, cacheOfRows, getRows().getType(), getCache().getType());
  return success();
}

LogicalResult CacheReadOp::verify() {
  // cache_read_c1
  if (!holds(getCache().getType(), getRows().getType()))
    return mismatch(*this, cacheOfRows, getRows().getType(), getCache().getType());
  return success();
}

LogicalResult CacheAppendOp::verify() {
  RowsType rows = getRows().getType(), history = getHistory().getType();
  // cache_append_c1
  if (!holds(getCache().getType(), rows))
    return mismatch(*this, cacheOfRows, rows, getCache().getType());
  // cache_append_c2
  auto expected = RowsType::get(getContext(), rows.getSpace().history(), rows.getWidth(),
                                rows.getElementType());
  if (history != expected)
    return mismatch(*this, "the history to be the rows' space's, of the same width and type", rows,
                    history);
  return success();
}
