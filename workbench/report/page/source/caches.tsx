// SPDX-License-Identifier: Apache-2.0
//
// How large the caches are, as formulas with the workload's numbers put in.

import { Table } from "./controls";
import { blocksOf, encoderCacheBytes, positionsOf, selfCacheBytes, takesFeatures } from "./extent";
import * as format from "./format";
import { model, selectOrigins, sizes, workload } from "./state";
import type { Cache, Slot } from "./story";

const { story } = model;

/// The operations that a slot's name belongs to: its attention's keys or values.
function chooseSlot(slot: Slot) {
  const stem = slot.name.replace(/\.(keys|values)$/, (part) => part.slice(0, -1));
  selectOrigins(slot.name, [stem]);
}

function Slots({ label, cache, tokens }: { label: string; cache: Cache; tokens: number }) {
  return (
    <details>
      <summary>{format.plural(cache.slots.length, "slot")}</summary>
      <Table label={label} rows={cache.slots} keyOf={(slot) => slot.name} onChoose={chooseSlot}
        columns={[
          { title: "slot", sort: (slot) => slot.name, cell: (slot) => slot.name },
          { title: "heads", isNumber: true, cell: (slot) => slot.heads },
          { title: "head size", isNumber: true, cell: (slot) => slot.head_dim },
          { title: "bytes a number", isNumber: true, cell: (slot) => slot.bytes_per_token / (slot.heads * slot.head_dim) },
          { title: "a token", isNumber: true, sort: (slot) => slot.bytes_per_token, cell: (slot) => format.bytes(slot.bytes_per_token) },
          { title: "this workload", isNumber: true, cell: (slot) => format.bytes(slot.bytes_per_token * tokens) },
        ]} />
    </details>
  );
}

type Factor = [value: number, name: string];

/// sources x ( a x b + c x d + ... ) = bytes
function Formula({ outer, terms, result, id }: { outer: Factor[]; terms: Factor[][]; result: number; id: string }) {
  const sign = (text: string) => <span class="times">{text}</span>;
  const factor = ([value, name]: Factor) => <span class="factor"><b>{format.whole(value)}</b><span>{name}</span></span>;
  const product = (factors: Factor[]) => factors.map((one, index) => <span key={one[1]}>{index > 0 && sign("\u00d7")}{factor(one)}</span>);
  const shown = terms.filter((factors) => factors.every(([value]) => value > 0));
  const isSum = shown.length > 1;
  return (
    <p class="formula">
      {product(outer)}{sign(isSum ? "\u00d7 (" : "\u00d7")}
      {shown.map((factors, index) => <span key={factors[0][1]}>{index > 0 && sign("+")}{product(factors)}</span>)}
      {sign(isSum ? ") =" : "=")}
      <span class="factor result" data-cache={id} data-bytes={result}><b>{format.bytes(result)}</b><span>{format.whole(result)} bytes</span></span>
    </p>
  );
}

const some = (count: number, noun: string): Factor => [count, count === 1 ? noun : `${noun}s`];

export function Caches() {
  const work = workload.value;
  const { encoder, self } = story.caches ?? {};
  const position = takesFeatures(sizes) ? "position" : "token";
  const block = sizes.block_positions;
  const positions = positionsOf(sizes, work);
  const sourceBlocks = blocksOf(sizes, positions);
  const targetBlocks = blocksOf(sizes, work.step);
  return (
    <div class="page caches">
      {!!encoder?.bytes_per_token && (
        <section>
          <h3>Encoder KV cache</h3>
          <p class="lead">
            Keys and values of every cross-attention, computed once for each source by <code>encode</code> and read by each step of <code>decode</code>, in
            blocks of {block} {position}s. Beams of one source share it. The encoder's states and the source itself, by which it is found again, count as well.
          </p>
          <Formula id="encoder" result={encoderCacheBytes(sizes, work)} outer={[some(work.sources, "source")]}
            terms={[
              [[sourceBlocks, `${sourceBlocks === 1 ? "block" : "blocks"} for ${format.plural(positions, position)}`], [sizes.source_bytes_per_block, "bytes of keys and values"]],
              [some(positions, position), [sizes.source_bytes_per_position, "bytes of states and ids"]],
              [[takesFeatures(sizes) ? work.sourceTokens : 0, "rows of features"], [sizes.source_bytes_per_feature_row, "bytes a row"]],
              [[sizes.source_bytes, "bytes behind them"]],
            ]} />
          <Slots label="slots of the encoder cache" cache={encoder} tokens={work.sources * sourceBlocks * block} />
        </section>
      )}
      {!!self?.bytes_per_token && (
        <section>
          <h3>Self cache</h3>
          <p class="lead">Keys and values of the target tokens so far, in pages of {block} tokens. This is the most it can take: beams share the full pages of what they have in common.</p>
          <Formula id="self" result={selfCacheBytes(sizes, work)} outer={[some(work.sources, "source"), some(work.beams, "beam")]}
            terms={[[[targetBlocks, `${targetBlocks === 1 ? "page" : "pages"} for ${work.step} tokens`], [sizes.self_bytes_per_block, "bytes a page"]]]} />
          <Slots label="slots of the self cache" cache={self} tokens={work.sources * work.beams * targetBlocks * block} />
        </section>
      )}
      <p class="note">Move the sliders above to change the workload.</p>
    </div>
  );
}
