// SPDX-License-Identifier: Apache-2.0
//
// Pan and zoom of a drawing: by wheel, by dragging, by keys and by buttons.

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface View {
  x: number;
  y: number;
  scale: number;
}

const clamp = (scale: number) => Math.min(3, Math.max(0.08, scale));

export function useZoom(size: { width: number; height: number }) {
  const frame = useRef<SVGSVGElement>(null);
  // A signal bound to an attribute: moving does not render the drawing again.
  const view = useSignal<View>({ x: 24, y: 24, scale: 1 });
  const transform = useComputed(() => `translate(${view.value.x},${view.value.y}) scale(${view.value.scale})`);
  const setView = (next: View | ((old: View) => View)) => {
    view.value = typeof next === "function" ? next(view.peek()) : next;
  };
  /// What was fitted last, until the reader zooms or moves; and what was last brought into sight.
  const fitted = useRef<boolean | undefined>(undefined);
  const seen = useRef<Box | undefined>(undefined);
  /// The latest of each render, for listeners that stay.
  const latest = useRef<() => void>(() => {});

  const zoomAt = (factor: number, x?: number, y?: number) => {
    fitted.current = undefined;
    setView((old) => {
      const box = frame.current!.getBoundingClientRect();
      const [atX, atY] = [x ?? box.width / 2, y ?? box.height / 2];
      const scale = clamp(old.scale * factor);
      const ratio = scale / old.scale;
      return { scale, x: atX - (atX - old.x) * ratio, y: atY - (atY - old.y) * ratio };
    });
  };
  const move = (x: number, y: number) => {
    fitted.current = undefined;
    setView((old) => ({ ...old, x: old.x + x, y: old.y + y }));
  };
  const fit = (whole: boolean) => {
    fitted.current = whole;
    const box = frame.current!.getBoundingClientRect();
    if (!box.width) return;
    const wide = (box.width - 48) / size.width;
    const scale = clamp(Math.min(1, wide, whole ? (box.height - 48) / size.height : 1));
    setView({ scale, x: Math.max(24, (box.width - size.width * scale) / 2), y: 24 });
  };
  /// Moves so that a box of the drawing is seen, if it is not.
  const show = (box: Box) => {
    seen.current = box;
    setView((old) => {
      const frameBox = frame.current!.getBoundingClientRect();
      const [left, top] = [box.x * old.scale + old.x, box.y * old.scale + old.y];
      const isAcross = left > 0 && left + box.width * old.scale < frameBox.width;
      const isDown = top > 0 && top + box.height * old.scale < frameBox.height;
      return {
        ...old,
        x: isAcross ? old.x : frameBox.width / 2 - (box.x + box.width / 2) * old.scale,
        y: isDown ? old.y : frameBox.height / 2 - (box.y + box.height / 2) * old.scale,
      };
    });
  };
  /// A panel beside the drawing takes a part of its room.
  latest.current = () => {
    if (!frame.current) return; // it has just left the page
    if (fitted.current !== undefined) fit(fitted.current);
    if (seen.current) show(seen.current);
  };

  useEffect(() => {
    const element = frame.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) zoomAt(Math.exp(-event.deltaY * 0.01), event.clientX - box.left, event.clientY - box.top);
      else move(-event.deltaX, -event.deltaY);
    };
    let last: { x: number; y: number } | undefined;
    const onDown = (event: PointerEvent) => {
      if (event.button === 0) last = { x: event.clientX, y: event.clientY };
    };
    const onMove = (event: PointerEvent) => {
      if (!last) return;
      if (event.buttons === 0) return void (last = undefined);
      move(event.clientX - last.x, event.clientY - last.y);
      last = { x: event.clientX, y: event.clientY };
    };
    const onUp = () => (last = undefined);
    const watch = new ResizeObserver(() => latest.current());
    watch.observe(element);
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("pointerdown", onDown);
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp);
    return () => {
      watch.disconnect();
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("pointerdown", onDown);
      removeEventListener("pointermove", onMove);
      removeEventListener("pointerup", onUp);
    };
  }, []);

  const forget = () => (seen.current = undefined);
  return { frame, transform, zoomAt, move, fit, show, forget };
}
