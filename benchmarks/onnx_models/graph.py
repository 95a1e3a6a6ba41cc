# SPDX-License-Identifier: Apache-2.0
"""Collects the nodes and constants of an ONNX graph; weights are stored in the graph's type."""

import numpy
import onnx
from onnx import helper, numpy_helper

# What python3-onnx 1.12 can write. 8 is the newest file format of that time.
OPSET, IR_VERSION = 17, 8
MICROSOFT = "com.microsoft"
INT4_BLOCK = 32


class Graph:
    """Values are their names."""

    def __init__(self, kind):
        self.kind = kind
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []

    def constant(self, name, array):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(numpy.ascontiguousarray(array), name)
        return name

    def integers(self, *values):
        name = "integers_" + "_".join(map(str, values)).replace("-", "m")
        return self.constant(name, numpy.array(values, numpy.int64))

    def number(self, value):
        return self.constant(f"number_{value}", numpy.array(value, numpy.float32))

    def node(self, op, inputs, count=1, outputs=None, **attributes):
        """The op's result, or the list of them if there are several."""
        name = f"{op}_{len(self.nodes)}"
        outputs = outputs or [f"{name}_{index}" for index in range(count)]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs if len(outputs) > 1 else outputs[0]

    def fused(self, op, inputs, count=1, outputs=None, **attributes):
        """An op that only ONNX Runtime has."""
        return self.node(op, inputs, count, outputs, domain=MICROSOFT, **attributes)

    def input(self, name, element, dimensions):
        self.inputs.append(helper.make_tensor_value_info(name, element, dimensions))
        return name

    def output(self, value, name, element, dimensions):
        if value != name:
            self.node("Identity", [value], outputs=[name])
        self.outputs.append(helper.make_tensor_value_info(name, element, dimensions))

    def reshape(self, value, *shape):
        return self.node("Reshape", [value, self.integers(*shape)])

    def linear(self, value, name, weight, bias=None):
        """value [rows, inputs] x weight [outputs, inputs] + bias, in this graph's type."""
        biases = [self.constant(name + ".bias", bias)] if bias is not None else []
        if self.kind == "f32":
            return self.node("Gemm", [value, self.constant(name, weight), *biases], transB=1)
        if self.kind == "int8":
            numbers, scales = round_rows(weight, 127)
            stored = self.constant(name + ".int8", numbers.astype(numpy.int8).T)
            scale = self.constant(name + ".scale", scales.reshape(-1))
            return self.fused("DynamicQuantizeMatMul", [value, stored, scale, "", *biases])
        if self.kind == "int8-weights":
            return self._decompressed(value, name, weight, biases)
        outputs, inputs = weight.shape
        numbers, scales = round_rows(weight.reshape(-1, INT4_BLOCK), 7)
        nibbles = (numbers + 8).astype(numpy.uint8).reshape(outputs, inputs // INT4_BLOCK, -1)
        stored = self.constant(name + ".int4", nibbles[..., 0::2] | nibbles[..., 1::2] << 4)
        scale = self.constant(name + ".scale", scales.reshape(-1))
        result = self.fused("MatMulNBits", [value, stored, scale], K=inputs, N=outputs, bits=4,
                            block_size=INT4_BLOCK, accuracy_level=4)
        return self.node("Add", [result, *biases]) if biases else result

    def _decompressed(self, value, name, weight, biases):
        """Standard ops alone: OpenVINO keeps such weights in int8 and quantizes rows itself."""
        numbers, scales = round_rows(weight, 127)
        stored = self.constant(name + ".int8", numbers.astype(numpy.int8))
        wide = self.node("DequantizeLinear", [stored, self.constant(name + ".scale",
                                                                    scales.reshape(-1))], axis=0)
        result = self.node("MatMul", [value, self.node("Transpose", [wide], perm=[1, 0])])
        return self.node("Add", [result, *biases]) if biases else result

    def save(self, path):
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs,
                                  list(self.constants.values()))
        versions = [helper.make_opsetid("", OPSET)]
        if any(node.domain == MICROSOFT for node in self.nodes):
            versions.append(helper.make_opsetid(MICROSOFT, 1))
        model = helper.make_model(graph, opset_imports=versions, ir_version=IR_VERSION)
        partial = path.with_suffix(".partial")
        onnx.save(model, str(partial))
        partial.rename(path)


def round_rows(weight, largest):
    """Symmetric: numbers up to `largest` and the scale of each row."""
    scales = numpy.maximum(numpy.abs(weight).max(1, keepdims=True), 1e-12) / largest
    return numpy.rint(weight / scales), scales.astype(numpy.float32)
