import { formatExactTime } from '../format/time.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { fillTip, placeTip } from '../ui/tip.ts';
import type { Analysis } from './figures.ts';
import { heatCell, stepAt } from './heat-map.ts';

interface HeatTipsOptions {
  map: HTMLElement;
  tip: HTMLElement;
  language: LanguageStore;
  analysis(): Analysis | null;
}

/** Tells what the cell under the pointer holds; the table of models has the same in figures. */
export function attachHeatTips({ map, tip, language, analysis }: HeatTipsOptions): void {
  const hide = () => {
    tip.hidden = true;
  };
  const show = (event: PointerEvent) => {
    const row = event.target instanceof Element && event.target.closest<Element>('[data-heat]');
    const told = analysis();
    const item = row && told?.items.find((it) => it.model === row.getAttribute('data-heat'));
    if (!row || !told || !item) return hide();
    const box = row.getBoundingClientRect();
    const step = stepAt((event.clientX - box.left) / box.width, told);
    const { tone, ...parts } = heatCell(item, step, language.translator);
    const time = formatExactTime(told.steps[step] ?? 0, language.translator);
    fillTip(tip, tone, { ...parts, time, error: '' });
    tip.hidden = false;
    placeTip(tip, box, (step + 0.5) / told.steps.length);
  };
  map.addEventListener('pointermove', show);
  map.addEventListener('pointerdown', show);
  map.addEventListener('pointerleave', hide);
  addEventListener('scroll', hide, { passive: true });
}
