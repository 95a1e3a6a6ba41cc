// SPDX-License-Identifier: Apache-2.0
//
// How large the caches are, as formulas with the workload's numbers put in.

import { Table } from "./controls";
import { encoderCacheBytes, selfCacheBytes } from "./cost";
import * as format from "./format";
import { model, selectOrigins, workload } from "./state";
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

function Formula({ parts, result, id }: { parts: [string, string][]; result: number; id: string }) {
  return (
    <p class="formula">
      {parts.map(([value, name], index) => (
        <span key={name}>{index > 0 && <span class="times">{"\u00d7"}</span>}<span class="factor"><b>{value}</b><span>{name}</span></span></span>
      ))}
      <span class="times">=</span>
      <span class="factor result" data-cache={id} data-bytes={result}><b>{format.bytes(result)}</b><span>{format.whole(result)} bytes</span></span>
    </p>
  );
}

export function Caches() {
  const work = workload.value;
  const { encoder, self } = story.caches ?? {};
  const page = self?.page_tokens || 1;
  const pages = Math.ceil(work.step / page);
  const sequences = work.sources * work.beams;
  return (
    <div class="page caches">
      {!!encoder?.bytes_per_token && (
        <section>
          <h3>Encoder KV cache</h3>
          <p class="lead">Keys and values of every cross-attention, computed once for each source by <code>encode</code> and read by each step of <code>decode</code>. Beams of one source share it.</p>
          <Formula id="encoder" result={encoderCacheBytes(story, work)}
            parts={[[format.whole(work.sources), work.sources === 1 ? "source" : "sources"], [format.whole(work.sourceTokens), "source tokens"], [format.whole(encoder.bytes_per_token), "bytes a token"]]} />
          <Slots label="slots of the encoder cache" cache={encoder} tokens={work.sources * work.sourceTokens} />
        </section>
      )}
      {!!self?.bytes_per_token && (
        <section>
          <h3>Self cache</h3>
          <p class="lead">Keys and values of the target tokens so far, in pages of {page} tokens. This is the most it can take: beams share the full pages of what they have in common.</p>
          <Formula id="self" result={selfCacheBytes(story, work)}
            parts={[[format.whole(work.sources), work.sources === 1 ? "source" : "sources"], [format.whole(work.beams), work.beams === 1 ? "beam" : "beams"], [format.whole(pages), `${pages === 1 ? "page" : "pages"} for ${work.step} tokens`], [format.whole(page), "tokens a page"], [format.whole(self.bytes_per_token), "bytes a token"]]} />
          <Slots label="slots of the self cache" cache={self} tokens={sequences * pages * page} />
        </section>
      )}
      <p class="note">Move the sliders above to change the workload.</p>
    </div>
  );
}
