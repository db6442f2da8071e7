import type { HistoryPoint } from '../channels/channel.ts';
import { historyTip } from '../channels/history-tip.ts';
import { historyBars, historyIndexAt } from '../channels/tick-paths.ts';
import type { LanguageStore } from '../shell/language-store.ts';

interface HistoryTipsOptions {
  /** Holds the strips, now and later. */
  list: HTMLElement;
  /** The one tooltip, with an element for each part in `data-tip`. */
  tip: HTMLElement;
  language: LanguageStore;
  historyOf(channelId: number, model: string): readonly HistoryPoint[];
}

const gapPx = 10;

/**
 * Tooltips for the history strips: by pointer, touch, and arrow keys. A strip is a slider to
 * screen readers, whose value is one check told as a sentence.
 */
export function attachHistoryTips({ list, tip, language, historyOf }: HistoryTipsOptions): void {
  let current: HTMLElement | null = null;

  const hide = () => {
    current?.querySelector('[data-cursor]')?.setAttribute('visibility', 'hidden');
    current = null;
    tip.hidden = true;
  };

  const show = (strip: HTMLElement, index: number) => {
    const history = historyOf(Number(strip.dataset.channel), strip.dataset.model ?? '');
    const point = history[index];
    if (!point) return hide();
    if (current !== strip) hide();
    current = strip;
    const slot = historyBars - history.length + index;
    const { tone, spoken, ...parts } = historyTip(point, language.translator);
    fill(tip, tone, parts);
    strip.setAttribute('aria-valuenow', String(index + 1));
    strip.setAttribute('aria-valuetext', spoken);
    moveCursor(strip, slot);
    tip.hidden = false;
    place(tip, strip.getBoundingClientRect(), (slot + 0.5) / historyBars);
  };

  const countOf = (strip: HTMLElement) =>
    historyOf(Number(strip.dataset.channel), strip.dataset.model ?? '').length;

  const onPointer = (event: PointerEvent) => {
    const strip = stripOf(event.target);
    if (!strip) return hide();
    const box = strip.getBoundingClientRect();
    const index = historyIndexAt((event.clientX - box.left) / box.width, countOf(strip));
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

/** Where a key leads from the bar `now`; undefined where it leads nowhere. */
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

function place(tip: HTMLElement, box: DOMRect, share: number): void {
  const centre = box.left + box.width * share;
  const left = Math.min(
    Math.max(8, centre - tip.offsetWidth / 2),
    innerWidth - tip.offsetWidth - 8,
  );
  const above = box.top - tip.offsetHeight - gapPx;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 0 ? above : box.bottom + gapPx}px`;
}

interface TipParts {
  verdict: string;
  time: string;
  facts: { label: string; value: string }[];
  error: string;
}

/** Texts come from providers: they are only ever set as text. */
function fill(tip: HTMLElement, tone: string, parts: TipParts): void {
  tip.dataset.tone = tone;
  const part = (name: string) => tip.querySelector<HTMLElement>(`[data-tip=${name}]`);
  part('verdict')?.replaceChildren(parts.verdict);
  part('time')?.replaceChildren(parts.time);
  part('error')?.replaceChildren(parts.error);
  part('facts')?.replaceChildren(
    ...parts.facts.map(({ label, value }) => {
      const fact = document.createElement('span');
      const strong = document.createElement('b');
      strong.textContent = value;
      fact.append(`${label} `, strong);
      return fact;
    }),
  );
}
