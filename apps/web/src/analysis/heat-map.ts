import { formatLatency, formatPercent } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { fillTip, placeTip } from '../ui/tip.ts';
import type { Analysis, NamedFigures } from './figures.ts';

/** `void`: nothing was checked. */
export const heatLevels = ['full', 'high', 'fair', 'low', 'none', 'void'] as const;
type HeatLevel = (typeof heatLevels)[number];

/** The share of a step's checks that passed, as one of a few levels. */
export function heatLevelOf(percent: number | null): HeatLevel {
  if (percent === null) return 'void';
  if (percent >= 100) return 'full';
  if (percent >= 95) return 'high';
  if (percent >= 75) return 'fair';
  return percent > 0 ? 'low' : 'none';
}

/** A model's row: SVG path data by level; a step is one unit wide and high. */
export function heatRow(item: NamedFigures, { t }: Translator) {
  const paths = { full: '', high: '', fair: '', low: '', none: '', void: '' };
  item.series.availability.forEach((percent, step) => {
    paths[heatLevelOf(percent)] += `M${step + 0.04} 0H${step + 0.96}V1H${step + 0.04}Z`;
  });
  const rate = formatPercent(item.availability);
  const label = t('analysis.heat.row', { model: item.model, rate, probes: item.probes });
  return { model: item.model, paths, rate, label };
}

/** The tooltip of a cell. */
export function heatCell(item: NamedFigures, step: number, { t }: Translator) {
  const probes = item.series.probes[step] ?? 0;
  const passed = item.series.successes[step] ?? 0;
  return {
    tone: probes === 0 ? 'idle' : passed === probes ? 'ok' : passed === 0 ? 'bad' : 'warn',
    verdict: `${item.model} · ${formatPercent(item.series.availability[step] ?? null)}`,
    facts: [
      {
        label: t('analysis.heat.passed'),
        value: t('card.passed', { success: passed, total: probes }),
      },
      { label: 'p50', value: formatLatency(item.series.latency_p50_s[step] ?? null) },
    ],
  };
}

/** The step under a position across a row (0 to 1). */
export function stepAt(position: number, { steps }: Pick<Analysis, 'steps'>): number {
  return Math.min(steps.length - 1, Math.max(0, Math.floor(position * steps.length)));
}

interface HeatTipsOptions {
  map: HTMLElement;
  tip: HTMLElement;
  language: LanguageStore;
  analysis(): Analysis | null;
}

/** Shows a tooltip for the cell under the pointer; the table of models has the same figures. */
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
