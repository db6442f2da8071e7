import type { HistoryPoint } from '../channels/channel.ts';
import { historyTip } from '../channels/history-tip.ts';
import { historyBars } from '../channels/tick-paths.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { attachStripTips } from '../ui/strip-tips.ts';
import { fillTip, placeTip } from './tip.ts';

interface HistoryTipsOptions {
  /** Holds the strips, now and later. */
  list: HTMLElement;
  tip: HTMLElement;
  language: LanguageStore;
  historyOf(channelId: number, model: string): readonly HistoryPoint[];
}

/** Tooltips for the models' history strips: a bar tells its check. */
export function attachHistoryTips({ list, tip, language, historyOf }: HistoryTipsOptions): void {
  const historyOfStrip = ({ dataset }: HTMLElement) =>
    historyOf(Number(dataset.channel), dataset.model ?? '');
  attachStripTips({
    list,
    tip,
    slots: historyBars,
    countOf: (strip) => historyOfStrip(strip).length,
    tipOf: (strip, index) => {
      const point = historyOfStrip(strip)[index];
      return point ? historyTip(point, language.translator) : null;
    },
  });
/**
 * Tooltips for the history strips: by pointer, touch, and arrow keys. A strip is a slider to
 * screen readers, whose value is one check told as a sentence.
 */
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
    fillTip(tip, tone, parts);
    strip.setAttribute('aria-valuenow', String(index + 1));
    strip.setAttribute('aria-valuetext', spoken);
    moveCursor(strip, slot);
    tip.hidden = false;
    placeTip(tip, strip.getBoundingClientRect(), (slot + 0.5) / historyBars);
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
