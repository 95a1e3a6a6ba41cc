// SPDX-License-Identifier: Apache-2.0
//
// What happened in a compilation, from checkpoint tensors to kernels: the stages' text and
// operations with where each came from, the remarks of the passes, the programs with their launches
// and buffers. Every library carries its story; `transept explain`, `report` and `trace` read it.

#ifndef TRANSEPT_WORKBENCH_STORY_STORY_H
#define TRANSEPT_WORKBENCH_STORY_STORY_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transept::story {

/// One operation of a stage.
struct Operation {
  std::string name = {}; // decoder.layers.3.cross_attention
  std::string kind = {}; // transept.cross_attention, plan.linear
  std::string function = {};
  uint32_t line = 0;                   // of the stage's text, from 1
  std::vector<uint32_t> operands = {}; // indices of operations of the same stage
  std::string type = {};               // of the first result, e.g. target x 512 x f32
  std::string side = {};               // whose rows that is: source, target, or neither
  /// What its results are in the graph stage: a linear with a residual yields the sum.
  std::vector<std::string> values = {};
  std::vector<std::string> origins = {}; // operations of the graph stage that it stands for
  std::vector<std::string> passes = {};  // that made it what it is, in order
  std::vector<std::string> tensors = {}; // of the checkpoint, that it reads itself
  std::optional<std::pair<uint32_t, uint32_t>> launch = {}; // program and launch, in the plan
};

struct Stage {
  std::string name = {};
  std::string level = {}; // of the plan: which processors it is for
  std::string sentence = {};
  std::string text = {}; // parses again
  std::vector<Operation> operations = {};
};

struct Pass {
  std::string argument = {}, stage = {}, summary = {};
};

struct Remark {
  std::string pass = {}, category = {};
  std::string kind = {}; // passed, missed, analysis
  std::string name = {}; // of the operation
  std::vector<std::string> origins = {};
  std::string text = {};
};

struct Tensor {
  std::string name = {}, type = {};
  std::vector<int64_t> shape = {};
};

struct CacheSlot {
  std::string name = {};
  int64_t heads = 0, head_dim = 0, bytes_per_token = 0;
};

struct Cache {
  int64_t bytes_per_token = 0;
  int64_t page_tokens = 0; // a sequence takes whole pages
  std::vector<CacheSlot> slots = {};
};

struct Caches {
  Cache encoder, self;
};

struct Weight {
  std::string name = {}, layout = {};
  int64_t bytes = 0;
  std::vector<std::string> tensors = {};
};

/// What one launch is and costs; the meaning of the costs is that of transept_launch (abi.h).
struct Launch {
  std::string name = {}, kind = {};
  std::vector<std::string> origins = {};
  std::string symbol = {}; // without the level behind it
  uint64_t address = 0, code_bytes = 0;
  std::vector<uint32_t> kernels = {}; // indices of the story's
  std::string strategy = {};
  std::string arithmetic = "f32"; // f32, bf16, int8
  std::string rows = "all";  // all, requested, before:N row steps, blocks:N of N rows, number:N
  std::string keys = "none"; // none, sequence, up_to_row, source, or rows: and all of these
  /// How far a row looks among keys of its sequence; -1: to its end.
  int64_t keys_before = -1, keys_behind = -1;
  int64_t weight_bytes = 0, bytes_per_row = 0, bytes_per_key = 0;
  int64_t operations_per_row = 0, operations_per_row_and_key = 0;
  std::vector<Weight> weights = {};
  std::vector<uint32_t> reads = {}, writes = {}; // indices of the program's buffers
};

/// A buffer of a program's arena: these many bytes for each row, from as many times `offset`. Rows
/// are those of an invocation and the program's spare ones.
struct Buffer {
  std::string name = {}; // of the value that it holds
  std::string space = {};
  int64_t width = 0, stride = 0; // numbers in a row; from one row to the next
  int64_t offset = 0, bytes = 0; // per row of the program
  uint32_t first = 0, last = 0;  // launches
};

struct Program {
  std::string name = {}, level = {};
  int64_t arena_bytes_per_row = 0, spare_rows = 0;
  std::vector<Launch> launches = {}; // barriers among them, of kind "barrier"
  std::vector<Buffer> buffers = {};
};

/// A function that launches call.
struct Kernel {
  std::string symbol = {}, level = {}; // the level is no part of the symbol
  uint64_t address = 0, bytes = 0;
  std::vector<uint32_t> calls = {}; // other kernels
};

struct Options {
  std::string weights = {};
  std::string cache = "f32"; // what caches hold, where there are any
  std::vector<std::string> cpu = {};
};

/// How a convolution, or rows put before others, change their number (transept_row_step of abi.h).
struct RowStep {
  int64_t kernel = 1, stride = 1, padding = 0, leading = 0;
  int64_t line_before = 1, line_behind = 1; // rows of a line of a grid
};

/// What a model takes, and what its caches hold of that (cache_sizes.h). Positions are rows of the
/// encoder or of the decoder: a sound's rows of features become fewer before they are positions.
struct Sizes {
  bool has_source = true, has_target = true;
  int64_t feature_width = 0;      // 0 where a source is token ids, each of which is a position
  int64_t usual_feature_rows = 0; // 0 for any number
  std::vector<RowStep> row_steps = {};
  int64_t maximum_source_positions = -1, maximum_target_positions = -1; // -1: unbounded
  int64_t block_positions = 0;                                          // caches grow by so many
  int64_t source_bytes_per_block = 0, source_bytes_per_position = 0;
  int64_t source_bytes_per_feature_row = 0, source_bytes = 0;
  int64_t self_bytes_per_block = 0;
};

/// What only the finished library knows is not stored, but read from it: sizes and addresses of
/// code from its symbols, and `sizes` from its table.
struct Story {
  int format = 1;
  std::string model = {}, family = {};
  Options options = {};
  std::vector<Stage> stages = {};
  std::vector<Pass> passes = {};
  std::vector<Remark> remarks = {};
  std::vector<Tensor> tensors = {}; // of the checkpoint, that the model reads
  Caches caches = {};
  std::vector<Program> programs = {};
  std::vector<Kernel> kernels = {};
  std::optional<Sizes> sizes = {};
};

/// The story as JSON on one line; equal stories give equal texts.
std::string toJson(const Story &story);

/// Throws InputError where `json` is not a story of this format.
Story storyOf(std::string_view json);

} // namespace transept::story

#endif
