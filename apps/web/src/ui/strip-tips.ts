import { fillTip, placeTip } from './tip.ts';

/** A bar's tooltip, ready to print; `spoken` is the same in one sentence, for screen readers. */
export interface StripTip {
  tone: 'ok' | 'warn' | 'bad' | 'idle';
  verdict: string;
  time: string;
  facts: { label: string; value: string }[];
  error: string;
  spoken: string;
}

interface StripTipsOptions {
  /** Contains the strips, which may be added later. Each has `data-strip`, and 8 units per bar. */
  list: HTMLElement;
  /** The tooltip, with a `data-tip` element for each part. */
  tip: HTMLElement;
  /** How many bars fit into a strip. If there are fewer, they are at its end. */
  slots: number;
  countOf(strip: HTMLElement): number;
  tipOf(strip: HTMLElement, index: number): StripTip | null;
}

/**
 * Tooltips for strips of bars: by pointer, touch and arrow keys. Screen readers see a strip as a
 * slider whose value describes one bar in a sentence.
 */
export function attachStripTips({ list, tip, slots, countOf, tipOf }: StripTipsOptions): void {
  let current: HTMLElement | null = null;

  const hide = () => {
    current?.querySelector('[data-cursor]')?.setAttribute('visibility', 'hidden');
    current = null;
    tip.hidden = true;
  };

  const show = (strip: HTMLElement, index: number) => {
    const content = tipOf(strip, index);
    if (!content) return hide();
    if (current !== strip) hide();
    current = strip;
    const slot = slots - countOf(strip) + index;
    const { tone, spoken, ...parts } = content;
    fillTip(tip, tone, parts);
    strip.setAttribute('aria-valuenow', String(index + 1));
    strip.setAttribute('aria-valuetext', spoken);
    moveCursor(strip, slot);
    tip.hidden = false;
    placeTip(tip, strip.getBoundingClientRect(), (slot + 0.5) / slots);
  };

  const onPointer = (event: PointerEvent) => {
    const strip = stripOf(event.target);
    if (!strip) return hide();
    const box = strip.getBoundingClientRect();
    const index = indexAt((event.clientX - box.left) / box.width, slots, countOf(strip));
    if (index === null) hide();
    else show(strip, index);
  };

  const onKey = (event: KeyboardEvent) => {
    const strip = stripOf(event.target);
    if (!strip) return;
    if (event.key === 'Escape') return hide();
    const last = countOf(strip) - 1;
    const now = Number(strip.getAttribute('aria-valuenow') ?? last + 1) - 1;
    const next = indexAfter(event.key, now, last);
    if (next === undefined) return;
    event.preventDefault();
    show(strip, next);
  };

  list.addEventListener('pointermove', onPointer);
  list.addEventListener('pointerdown', onPointer);
  list.addEventListener('pointerleave', hide);
  list.addEventListener('keydown', onKey);
  list.addEventListener('focusout', hide);
  list.addEventListener('focusin', (event) => {
    const strip = stripOf(event.target);
    if (strip?.matches(':focus-visible')) show(strip, countOf(strip) - 1);
  });
  addEventListener('scroll', hide, { passive: true });
}

/** The index of the bar at a position across a strip, 0 to 1; null if there is none. */
export function indexAt(position: number, slots: number, count: number): number | null {
  const slot = Math.min(slots - 1, Math.max(0, Math.floor(position * slots)));
  const index = slot - (slots - Math.min(count, slots));
  return index < 0 ? null : index;
}

/** The bar that a key moves to from the bar `now`; undefined if it moves nowhere. */
function indexAfter(key: string, now: number, last: number): number | undefined {
  const indexByKey: Record<string, number> = {
    ArrowLeft: Math.max(0, now - 1),
    ArrowRight: Math.min(last, now + 1),
    Home: 0,
    End: last,
  };
  return indexByKey[key];
}

function stripOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-strip]') : null;
}

function moveCursor(strip: HTMLElement, slot: number): void {
  const cursor = strip.querySelector('[data-cursor]');
  cursor?.setAttribute('x', String(slot * 8));
  cursor?.setAttribute('visibility', 'visible');
}
