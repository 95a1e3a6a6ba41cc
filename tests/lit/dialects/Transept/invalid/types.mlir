// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Types and attributes refuse what they cannot mean, where they are written.

// expected-error@+1 {{expects a positive width, but got 0}}
func.func private @f(!transept.rows<source x 0 x f32>)

// -----

// expected-error@+1 {{expects elements of a float type or i32, but got 'i64'}}
func.func private @f(!transept.rows<source x 8 x i64>)

// -----

// expected-error@+1 {{expects a positive width, but got -8}}
func.func private @f(!transept.encoder_cache<source x -8 x f32>)

// -----

// expected-error@+1 {{expects a positive width, but got 0}}
func.func private @f(!transept.self_cache<target x 0 x f32>)

// -----

// expected-error@+1 {{expects a positive number of heads, but got 0}}
func.func private @f(!transept.bias<target x target x 0>)

// -----

// expected-error@+1 {{expects a positive number of heads, but got -2}}
func.func private @f(!transept.attention_weights<target x source x -2>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "has$dollar"}}
func.func private @f(!transept.attention_weights<target x has$dollar x 2>)

// -----

// expected-error@+1 {{expected 'x'}}
func.func private @f(!transept.attention_weights<target x source>)

// -----

func.func @f(%w: !transept.bias<target x source x 2>) {
  // expected-error@+1 {{operand #0 must be how much each query looks at each key, by heads}}
  %0 = transept.average_heads %w
      : (!transept.bias<target x source x 2>) -> !transept.attention_weights<target x source x 1>
  return
}

// -----

func.func @f(%t: tensor<4x8xf32>, %m: !transept.mask<source x source>) {
  // expected-error@+1 {{operand #0 must be rows of token ids (one i32 each) or rows of floats}}
  %0 = transept.position_embedding %m, %t
      : (!transept.mask<source x source>, tensor<4x8xf32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// expected-error@+1 {{expects a positive vocabulary size, but got 0}}
func.func private @f(!transept.candidates<target x 0>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "has$dollar"}}
func.func private @f(!transept.mask<has$dollar x target>)

// -----

// expected-error@+1 {{expected valid keyword}}
func.func private @f(!transept.mask<"target" x target>)

// -----

// expected-error@+1 {{expected 'x'}}
func.func private @f(!transept.rows<source, 8 x f32>)

// -----

func.func @f(%x: !transept.rows<source x 8 x f32>, %w: tensor<8x8xf32>) {
  // expected-error@+1 {{expects an epsilon of type f64 that is not negative and finite as an f32, but got -1.000000e+00}}
  %0 = transept.linear %x, %w norm <layer, epsilon = -1.0>
      : (!transept.rows<source x 8 x f32>, tensor<8x8xf32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

func.func @f(%ids: !transept.rows<source x 1 x i32>) {
  // expected-error@+1 {{operand #0 must be rows of floats}}
  %0 = transept.scale %ids by 2.0 : !transept.rows<source x 1 x i32>
  return
}

// -----

func.func @f(%x: !transept.rows<source x 8 x f32>, %w: tensor<?x8xf32>) {
  // expected-error@+1 {{operand #1 must be matrix of f32 with static shape, of 1 to 2^31 - 1 rows and columns and at most 2^40 numbers}}
  %0 = transept.linear %x, %w
      : (!transept.rows<source x 8 x f32>, tensor<?x8xf32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// Rows of two spaces do not mix.
func.func @f(%x: !transept.rows<source x 8 x f32>, %y: !transept.rows<target x 8 x f32>) {
  // expected-note@-1 {{prior use here}}
  // expected-error@+1 {{expects different type than prior uses: '!transept.rows<source x 8 x f32>' vs '!transept.rows<target x 8 x f32>'}}
  %0 = transept.add %x, %y : !transept.rows<source x 8 x f32>
  return
}

// -----

// Names that are like a side are none.
// expected-error@+1 {{expects a sequence space's name, but got "sources"; allowed are source, target, and names derived from these, such as source.features}}
func.func private @f(!transept.rows<sources x 8 x f32>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "Target.history"}}
func.func private @f(!transept.self_cache<Target.history x 8 x f32>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "history"}}
func.func private @f(!transept.encoder_cache<history x 8 x f32>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "source."}}
func.func private @f(!transept.bias<target x source. x 2>)

// -----

// expected-error@+1 {{expects a sequence space's name, but got "target..requested"}}
func.func private @f(!transept.candidates<target..requested x 8>)

// -----

// What is derived from one space is no rows of another.
func.func @f(%x: !transept.rows<source x 8 x f32>, %y: !transept.rows<source.features x 8 x f32>) {
  // expected-note@-1 {{prior use here}}
  // expected-error@+1 {{expects different type than prior uses: '!transept.rows<source x 8 x f32>' vs '!transept.rows<source.features x 8 x f32>'}}
  %0 = transept.add %x, %y : !transept.rows<source x 8 x f32>
  return
}

// -----

// expected-error@+1 {{expects a width of at most 2147483647, but got 2147483648}}
func.func private @f(!transept.rows<source x 2147483648 x f32>)

// -----

// expected-error@+1 {{expects a vocabulary size of at most 2147483647, but got 9223372036854775807}}
func.func private @f(!transept.candidates<target.requested x 9223372036854775807>)

// -----

// expected-error@+1 {{expects an epsilon of type f64 that is not negative and finite as an f32, but got 0x7FF8000000000000}}
func.func private @f() attributes {norm = #transept.norm<layer, epsilon = 0x7FF8000000000000>}

// -----

func.func @f() {
  // expected-error@+1 {{result #0 must be matrix of f32}}
  %0 = transept.parameter "w" : tensor<2147483648x1xf32>
  return
}

// -----

func.func @f() {
  // expected-error@+1 {{result #0 must be matrix of f32}}
  %0 = transept.parameter "w" : tensor<2097152x2097152xf32>
  return
}

// -----

func.func @f() {
  // expected-error@+1 {{result #0 must be matrix of f32}}
  %0 = transept.parameter "w" : tensor<0xf32>
  return
}
