// SPDX-License-Identifier: Apache-2.0
//
// How the rows of each sequence space divide into sequences while one function runs.

#include "dialects/Transept/interpreter/Batch.h"

#include <cassert>
#include <numeric>

using namespace transept;

void Batch::addSpace(const Space &name, llvm::ArrayRef<int64_t> lengths,
                     llvm::ArrayRef<int64_t> pastLengths) {
  std::vector<int64_t> past = pastLengths.vec();
  if (past.empty())
    past.assign(lengths.size(), 0);
  assert(past.size() == lengths.size() && "one past length per sequence");

  SequenceSpace space, history;
  for (size_t sequence = 0; sequence < lengths.size(); ++sequence) {
    int64_t end = past[sequence] + lengths[sequence];
    space.lengths.push_back(lengths[sequence]);
    history.lengths.push_back(end);
    for (int64_t position = 0; position < end; ++position) {
      history.positions.push_back(position);
      if (position >= past[sequence])
        space.positions.push_back(position);
    }
  }
  std::vector<int64_t> allRows(space.rowCount());
  std::iota(allRows.begin(), allRows.end(), 0);
  spaces[name] = std::move(space);
  spaces[name.history()] = std::move(history);
  pasts[name] = std::move(past);
  requestRows(name, allRows);
}

void Batch::requestRows(const Space &name, llvm::ArrayRef<int64_t> rows) {
  const SequenceSpace &space = spaces[name];
  SequenceSpace requested;
  int64_t begin = 0;
  const int64_t *next = rows.begin();
  for (int64_t length : space.lengths) {
    requested.lengths.push_back(0);
    for (; next != rows.end() && *next < begin + length; ++next) {
      assert(*next >= begin && "requested rows are in ascending order");
      ++requested.lengths.back();
      requested.positions.push_back(space.positions[*next]);
    }
    begin += length;
  }
  assert(next == rows.end() && "requested rows are rows of the space");
  spaces[name.requested()] = std::move(requested);
  requests[name] = rows.vec();
}

const SequenceSpace *Batch::find(const Space &name) const {
  auto found = spaces.find(name);
  return found == spaces.end() ? nullptr : &found->second;
}

llvm::ArrayRef<int64_t> Batch::pastLengths(const Space &name) const {
  auto found = pasts.find(name);
  if (found == pasts.end())
    return {};
  return found->second;
}

llvm::ArrayRef<int64_t> Batch::requestedRows(const Space &name) const {
  auto found = requests.find(name);
  if (found == requests.end())
    return {};
  return found->second;
}
