// SPDX-License-Identifier: Apache-2.0
//
// Numbers as people read them: decimal units, three digits.

function withUnit(value: number, units: string[], step: number): string {
  let unit = 0;
  while (Math.abs(value) >= step && unit + 1 < units.length) {
    value /= step;
    ++unit;
  }
  const digits = unit === 0 && Number.isInteger(value) ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`.trim();
}

export const bytes = (value: number) => withUnit(value, ["B", "kB", "MB", "GB", "TB"], 1000);
export const operations = (value: number) => withUnit(value, ["op", "kop", "Mop", "Gop", "Top"], 1000);
export const count = (value: number) => withUnit(value, ["", "k", "M", "G"], 1000);
export const percent = (value: number) => `${(value * 100).toFixed(value < 0.0995 ? 1 : 0)} %`;
export const whole = (value: number) => value.toLocaleString("en-US").replaceAll(",", "\u202f");
export const intensity = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

export function seconds(value: number): string {
  if (value === 0) return "0";
  if (value < 1e-3) return `${(value * 1e6).toFixed(value < 1e-5 ? 2 : 1)} \u00b5s`;
  return value < 1 ? `${(value * 1e3).toFixed(2)} ms` : `${value.toFixed(2)} s`;
}

export const plural = (value: number, noun: string) => `${whole(value)} ${noun}${value === 1 ? "" : "s"}`;
