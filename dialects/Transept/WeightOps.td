// SPDX-License-Identifier: Apache-2.0
//
// Weights: tensors of the checkpoint and what is computed from them at compile time.

#ifndef TRANSEPT_WEIGHT_OPS
#define TRANSEPT_WEIGHT_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

class Transept_WeightOp<string mnemonic, list<Trait> traits = []> : Transept_Op<mnemonic, traits>;

def Transept_ParameterOp : Transept_WeightOp<"parameter"> {
  let summary = "take a tensor of the checkpoint";
  let description = [{
    The tensor `name` of the checkpoint, converted to f32. `transposed`: stored with its two
    dimensions exchanged. `row_begin`: the first row taken (the result's shape says how many; rows
    are counted after transposition). The rest of the shape is the stored one, but for dimensions of
    1 before it ([1, V] read as V) and a convolution's: its channels and kernel are one dimension
    ([V, C, K] read as V x C * K).

    - `parameter_c1` row_begin is not negative
    - `parameter_c2` what is transposed is a matrix

    ```mlir
    %w = transept.parameter "encoder.layers.0.fc1.weight" : tensor<2048x512xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, UnitAttr:$transposed, DefaultValuedAttr<Transept_Size, "0">:$row_begin);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$name (`transposed` $transposed^)? (`row_begin` $row_begin^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Transept_SinusoidOp : Transept_WeightOp<"sinusoid"> {
  let summary = "make the table of sinusoidal positions";
  let description = [{
    Row p, frequency i of a row of width w: angle p / 10000^(2i / w) (Vaswani et al. 2017, section
    3.5). `interleaved` is the paper's order of columns, sin(0), cos(0), sin(1), ...; `halves` has
    the sines in the first half of the row and the cosines in the second; `halves_inclusive` likewise
    with angle p / 10000^(i / (w/2 - 1)) (tensor2tensor, fairseq). With `descending_from` f, row p is
    that of position f - p: of the distances to keys that come one after another.

    - `sinusoid_c1` the width is even, and 4 or more for `halves_inclusive`

    ```mlir
    %table = transept.sinusoid halves : tensor<512x512xf32>
    ```
  }];
  let arguments = (ins Transept_Sinusoid:$kind, OptionalAttr<Transept_Size>:$descending_from);
  let results = (outs Transept_Matrix:$result);
  let assemblyFormat = [{
    `` $kind (`descending_from` $descending_from^)? attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Transept_WeightScaleOp : Transept_WeightOp<"weight_scale", [SameOperandsAndResultType]> {
  let summary = "multiply a weight by a number";
  let description = [{
    result = factor * input.

    ```mlir
    %w = transept.parameter "q_proj.weight" : tensor<512x512xf32>
    %scaled = transept.weight_scale %w by 0.125 : tensor<512x512xf32>
    ```
  }];
  let arguments = (ins Transept_Weight:$input, Transept_Number:$factor);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$input `by` $factor attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Transept_WeightShiftOp : Transept_WeightOp<"weight_shift", [SameOperandsAndResultType]> {
  let summary = "add a number to a weight";
  let description = [{
    result = input + term: gains that are stored as what they exceed 1 by.

    ```mlir
    %w = transept.parameter "norm.weight" : tensor<512xf32>
    %gain = transept.weight_shift %w by 1.0 : tensor<512xf32>
    ```
  }];
  let arguments = (ins Transept_Weight:$input, Transept_Number:$term);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$input `by` $term attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Transept_WeightScaleColumnsOp : Transept_WeightOp<"weight_scale_columns"> {
  let summary = "multiply column k of a matrix by element k of a vector";
  let description = [{
    result[n, k] = input[n, k] * factors[k]: how a norm's gain goes into the weight behind it.

    - `weight_scale_columns_c1` factors has one element per column
    - `weight_scale_columns_c2` input and result have the same type

    ```mlir
    %w = transept.parameter "fc1.weight" : tensor<2048x512xf32>
    %gain = transept.parameter "layer_norm.weight" : tensor<512xf32>
    %scaled = transept.weight_scale_columns %w, %gain
        : tensor<2048x512xf32>, tensor<512xf32> -> tensor<2048x512xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$input, Transept_Vector:$factors);
  let results = (outs Transept_Matrix:$result);
  let assemblyFormat = "$input `,` $factors attr-dict `:` type($input) `,` type($factors) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_WeightScaleRowsOp : Transept_WeightOp<"weight_scale_rows"> {
  let summary = "multiply row n of a weight by element n of a vector";
  let description = [{
    result[n, k] = input[n, k] * factors[n], of a vector result[n] = input[n] * factors[n]: how what
    is learned of each output goes into the weight before it.

    - `weight_scale_rows_c1` factors has one element per row
    - `weight_scale_rows_c2` input and result have the same type

    ```mlir
    %w = transept.parameter "depthwise.weight" : tensor<512x9xf32>
    %gain = transept.parameter "norm.weight" : tensor<512xf32>
    %scaled = transept.weight_scale_rows %w, %gain
        : tensor<512x9xf32>, tensor<512xf32> -> tensor<512x9xf32>
    ```
  }];
  let arguments = (ins Transept_Weight:$input, Transept_Vector:$factors);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$input `,` $factors attr-dict `:` type($input) `,` type($factors) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_WeightInverseRootOp : Transept_WeightOp<"weight_inverse_root", [SameOperandsAndResultType]> {
  let summary = "divide 1 by the roots of a vector's numbers";
  let description = [{
    result[n] = 1 / sqrt(input[n] + epsilon): from the variances that a norm over batches remembers to
    what it multiplies by (Ioffe and Szegedy 2015, algorithm 2).

    ```mlir
    %variance = transept.parameter "norm.running_var" : tensor<512xf32>
    %factors = transept.weight_inverse_root %variance epsilon 1.0e-5 : tensor<512xf32>
    ```
  }];
  let arguments = (ins Transept_Vector:$input, Transept_Number:$epsilon);
  let results = (outs Transept_Vector:$result);
  let assemblyFormat = "$input `epsilon` $epsilon attr-dict `:` type($result)";
}

def Transept_WeightProductOp : Transept_WeightOp<"weight_product"> {
  let summary = "multiply a matrix [n, k] by a vector [k] or by the rows of a matrix [m, k]";
  let description = [{
    result[n] = sum over k of matrix[n, k] * factors[k]: how a norm's bias goes into the bias behind
    it. Of a matrix of factors, result[n, m] = sum over k of matrix[n, k] * factors[m, k]: how a
    linear layer over constant rows becomes constant.

    - `weight_product_c1` factors have as many columns as the matrix, or elements where they are a
      vector
    - `weight_product_c2` the result has a row for each row of the matrix, and a column for each of
      the factors' rows where they are a matrix

    ```mlir
    %w = transept.parameter "fc1.weight" : tensor<2048x512xf32>
    %shift = transept.parameter "layer_norm.bias" : tensor<512xf32>
    %bias = transept.weight_product %w, %shift
        : tensor<2048x512xf32>, tensor<512xf32> -> tensor<2048xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$matrix, Transept_Weight:$factors);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$matrix `,` $factors attr-dict `:` type($matrix) `,` type($factors) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_WeightAddOp : Transept_WeightOp<"weight_add", [SameOperandsAndResultType, Commutative]> {
  let summary = "add two weights of one shape";
  let description = [{
    result = lhs + rhs.

    ```mlir
    %a = transept.parameter "fc1.bias" : tensor<2048xf32>
    %b = transept.weight_zero : tensor<2048xf32>
    %sum = transept.weight_add %a, %b : tensor<2048xf32>
    ```
  }];
  let arguments = (ins Transept_Weight:$lhs, Transept_Weight:$rhs);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

def Transept_WeightAddRowOp : Transept_WeightOp<"weight_add_row"> {
  let summary = "add one row to every row of a matrix";
  let description = [{
    result[n, k] = matrix[n, k] + row[0, k]: how the embedding of the only segment goes into the table
    of positions.

    - `weight_add_row_c1` row has one row, as wide as the matrix
    - `weight_add_row_c2` matrix and result have the same type

    ```mlir
    %positions = transept.parameter "position_embeddings.weight" : tensor<512x768xf32>
    %segment = transept.parameter "token_type_embeddings.weight" : tensor<1x768xf32>
    %table = transept.weight_add_row %positions, %segment
        : tensor<512x768xf32>, tensor<1x768xf32> -> tensor<512x768xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$matrix, Transept_Matrix:$row);
  let results = (outs Transept_Matrix:$result);
  let assemblyFormat = "$matrix `,` $row attr-dict `:` type($matrix) `,` type($row) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_WeightGridOp : Transept_WeightOp<"weight_grid"> {
  let summary = "put rows of columns beside rows of lines, for each place of a grid";
  let description = [{
    result[y * width + x] = columns[x], then lines[y]: a table of the places of a grid, of tables of
    its columns and of its lines.

    - `weight_grid_c1` columns has `width` rows at least, lines those of the result by width
    - `weight_grid_c2` the result is as wide as both together, its rows are whole lines

    ```mlir
    %columns = transept.parameter "column_embeddings.weight" : tensor<50x512xf32>
    %lines = transept.parameter "row_embeddings.weight" : tensor<50x512xf32>
    %table = transept.weight_grid %columns, %lines width 24
        : tensor<50x512xf32>, tensor<50x512xf32> -> tensor<576x1024xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$columns, Transept_Matrix:$lines, Transept_Size:$width);
  let results = (outs Transept_Matrix:$result);
  let assemblyFormat = [{
    $columns `,` $lines `width` $width attr-dict
    `:` type($columns) `,` type($lines) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Transept_WeightConcatenateOp : Transept_WeightOp<"weight_concatenate"> {
  let summary = "put weights one below another (rows of matrices, elements of vectors)";
  let description = [{
    result = the rows of all inputs, in order: one product in place of several.

    - `weight_concatenate_c1` there is an input
    - `weight_concatenate_c2` inputs and result differ in their first dimension only
    - `weight_concatenate_c3` the result has as many rows as all inputs together

    ```mlir
    %k = transept.parameter "k_proj.weight" : tensor<512x512xf32>
    %v = transept.parameter "v_proj.weight" : tensor<512x512xf32>
    %kv = transept.weight_concatenate %k, %v
        : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<1024x512xf32>
    ```
  }];
  let arguments = (ins Variadic<Transept_Weight>:$inputs);
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Transept_WeightFlattenOp : Transept_WeightOp<"weight_flatten"> {
  let summary = "take the rows of a matrix, one behind another, as a vector";
  let description = [{
    result[n * columns + k] = matrix[n, k]: biases that are stored by heads.

    - `weight_flatten_c1` the result has as many elements as the matrix

    ```mlir
    %stored = transept.parameter "self_attn.bias_u" : tensor<8x64xf32>
    %bias = transept.weight_flatten %stored : tensor<8x64xf32> -> tensor<512xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$matrix);
  let results = (outs Transept_Vector:$result);
  let assemblyFormat = "$matrix attr-dict `:` type($matrix) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_WeightReverseRowsOp : Transept_WeightOp<"weight_reverse_rows", [SameOperandsAndResultType]> {
  let summary = "take the rows of a matrix in the opposite order";
  let description = [{
    result[n, k] = input[rows - 1 - n, k]: tables of distances that begin at the other end.

    ```mlir
    %stored = transept.parameter "pe_k.weight" : tensor<320x64xf32>
    %table = transept.weight_reverse_rows %stored : tensor<320x64xf32>
    ```
  }];
  let arguments = (ins Transept_Matrix:$input);
  let results = (outs Transept_Matrix:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Transept_DistanceBucketsOp : Transept_WeightOp<"distance_buckets"> {
  let summary = "make the numbers of the buckets of distances, for kernels that look them up";
  let description = [{
    Of n = 2r + 1 elements, result[i] = bucket(i - r - ahead), as relative_position_bias has it.

    - `distance_buckets_c1` the result has an odd number of elements
    - `distance_buckets_c2` bucket_count and maximum_distance are positive

    ```mlir
    %buckets = transept.distance_buckets buckets 32 maximum_distance 128 : tensor<289xf32>
    ```
  }];
  let arguments = (ins Transept_Size:$bucket_count, Transept_Size:$maximum_distance,
                       UnitAttr:$bidirectional, DefaultValuedAttr<Transept_Size, "0">:$ahead);
  let results = (outs Transept_Vector:$result);
  let assemblyFormat = [{
    `buckets` $bucket_count `maximum_distance` $maximum_distance (`bidirectional` $bidirectional^)?
    (`ahead` $ahead^)? attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Transept_WeightZeroOp : Transept_WeightOp<"weight_zero"> {
  let summary = "make a weight of zeros, e.g. the bias of a projection that has none";
  let description = [{
    result = 0.

    ```mlir
    %bias = transept.weight_zero : tensor<512xf32>
    ```
  }];
  let results = (outs Transept_Weight:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

#endif
