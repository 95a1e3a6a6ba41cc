// SPDX-License-Identifier: Apache-2.0
//
// Colours for textual IR, as far as they help to read it.

import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const tokens: [RegExp, string][] = [
  [/^\/\/.*/, "comment"],
  [/^"(?:[^"\\]|\\.)*"/, "string"],
  [/^%[\w.$#-]+/, "variableName"],
  [/^@[\w.$-]+/, "labelName"],
  [/^[!#][\w.$-]+/, "typeName"],
  [/^(?:tensor|vector|memref|index|none|[iuf]\d+|bf16)\b/, "typeName"],
  [/^(?:module|func\.func|return|plan\.program|plan\.weight|plan\.yield)\b/, "keyword"],
  [/^[a-z_]+\.[a-z_]+(?:\.[a-z_]+)*/, "operatorKeyword"],
  [/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, "number"],
  [/^[A-Za-z_][\w$]*/, "attributeName"],
];

function next(stream: StringStream): string | null {
  if (stream.eatSpace()) return null;
  for (const [pattern, style] of tokens) if (stream.match(pattern)) return style;
  stream.next();
  return null;
}

const language = StreamLanguage.define({ token: next, languageData: { commentTokens: { line: "//" } } });

const style = HighlightStyle.define([
  { tag: tags.comment, class: "ir-comment" },
  { tag: tags.string, class: "ir-string" },
  { tag: tags.variableName, class: "ir-value" },
  { tag: tags.labelName, class: "ir-symbol" },
  { tag: tags.typeName, class: "ir-type" },
  { tag: tags.keyword, class: "ir-keyword" },
  { tag: tags.operatorKeyword, class: "ir-operation" },
  { tag: tags.number, class: "ir-number" },
]);

export const mlir = [language, syntaxHighlighting(style)];
