// SPDX-License-Identifier: Apache-2.0
//
// One line a name. Complex and quantized storages are not here: weights cannot be made of them.

#include "checkpoints/TorchGlobals.h"

namespace transept::checkpoints {

namespace {

using enum TorchRole;

constexpr TorchGlobal globals[] = {{{"collections", "OrderedDict", true}, Dictionary},
                                   {{"torch._utils", "_rebuild_tensor"}, Tensor},
                                   {{"torch._utils", "_rebuild_tensor_v2"}, Tensor},
                                   {{"torch._utils", "_rebuild_tensor_v3"}, TypedTensor},
                                   {{"torch._utils", "_rebuild_parameter"}, Parameter},
                                   {{"torch._utils", "_rebuild_parameter_with_state"}, Parameter},
                                   {{"torch", "BoolStorage"}, Storage, ElementType::Bool},
                                   {{"torch", "ByteStorage"}, Storage, ElementType::U8},
                                   {{"torch", "CharStorage"}, Storage, ElementType::I8},
                                   {{"torch", "ShortStorage"}, Storage, ElementType::I16},
                                   {{"torch", "IntStorage"}, Storage, ElementType::I32},
                                   {{"torch", "LongStorage"}, Storage, ElementType::I64},
                                   {{"torch", "HalfStorage"}, Storage, ElementType::F16},
                                   {{"torch", "BFloat16Storage"}, Storage, ElementType::BF16},
                                   {{"torch", "FloatStorage"}, Storage, ElementType::F32},
                                   {{"torch", "DoubleStorage"}, Storage, ElementType::F64},
                                   {{"torch.storage", "UntypedStorage"}, Bytes},
                                   {{"torch", "bool"}, Type, ElementType::Bool},
                                   {{"torch", "uint8"}, Type, ElementType::U8},
                                   {{"torch", "int8"}, Type, ElementType::I8},
                                   {{"torch", "uint16"}, Type, ElementType::U16},
                                   {{"torch", "int16"}, Type, ElementType::I16},
                                   {{"torch", "uint32"}, Type, ElementType::U32},
                                   {{"torch", "int32"}, Type, ElementType::I32},
                                   {{"torch", "uint64"}, Type, ElementType::U64},
                                   {{"torch", "int64"}, Type, ElementType::I64},
                                   {{"torch", "float8_e5m2"}, Type, ElementType::F8E5M2},
                                   {{"torch", "float8_e4m3fn"}, Type, ElementType::F8E4M3},
                                   {{"torch", "float16"}, Type, ElementType::F16},
                                   {{"torch", "bfloat16"}, Type, ElementType::BF16},
                                   {{"torch", "float32"}, Type, ElementType::F32},
                                   {{"torch", "float64"}, Type, ElementType::F64},
                                   {{"torch", "Size"}, Other},
                                   {{"torch", "device"}, Other}};

} // namespace

std::span<const TorchGlobal> torchGlobals() {
  return globals;
}

std::span<const PickleGlobal> torchGlobalNames() {
  static const auto names = [] {
    std::vector<PickleGlobal> list;
    for (const TorchGlobal &global : globals)
      list.push_back(global.name);
    return list;
  }();
  return names;
}

} // namespace transept::checkpoints
