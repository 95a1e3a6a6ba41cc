// SPDX-License-Identifier: Apache-2.0
//
// What sources and targets a library takes and how much its caches hold of them, from its table:
// the one place from which `inspect` and the report have their numbers.

#ifndef TRANSEPT_WORKBENCH_LIBRARY_LIBRARYSIZES_H
#define TRANSEPT_WORKBENCH_LIBRARY_LIBRARYSIZES_H

#include "workbench/story/Story.h"

#include "transept/abi.h"

namespace transept::platform {
class ElfFile;
}

namespace transept::workbench {

/// Of an opened model, or of a copy of its table.
story::Sizes sizesOf(const transept_model_table &table);

/// Of the table at `address`. Throws std::exception where the file is damaged.
story::Sizes readSizes(const platform::ElfFile &image, uint64_t address);

} // namespace transept::workbench

#endif
