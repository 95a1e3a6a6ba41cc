// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Buffers have spaces as rows do, and launches that make a space keep what MakesSpace asks for.

plan.program @encode {
  // expected-error@+1 {{expects a sequence space's name, but got "sources"; allowed are source, target, and names derived from these, such as source.features}}
  %0 = plan.buffer : !plan.buffer<sources x 8, stride 16>
}

// -----

plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source x 24, stride 32>
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got source and source}}
  plan.windows "windows" %0 into %1 kernel 3 stride 2 padding 1
    : !plan.buffer<source x 8, stride 16>, !plan.buffer<source x 24, stride 32>
}

// -----

plan.program @encode {
  %0 = plan.buffer : !plan.buffer<target.patches x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<target x 8, stride 16>
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got target.patches and target}}
  plan.prepend "tokens" %0 into %1 leading @tokens count 1
    : !plan.buffer<target.patches x 8, stride 16>, !plan.buffer<target x 8, stride 16>
}

// -----

plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source.features x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source x 24, stride 32>
  // expected-error@+1 {{expects a positive kernel and stride, but got 3 and 0}}
  plan.windows "windows" %0 into %1 kernel 3 stride 0 padding 1
    : !plan.buffer<source.features x 8, stride 16>, !plan.buffer<source x 24, stride 32>
}

// -----

plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  // expected-error@+1 {{expects buffer and result to share space and stride}}
  %1 = plan.columns %0 from 0 : (!plan.buffer<source x 8, stride 16>) -> !plan.buffer<source.features x 4, stride 16>
}
