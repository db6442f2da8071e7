import type { HistoryPoint } from '../channels/channel.ts';
import { historyTip } from '../channels/history-tip.ts';
import { historyBars } from '../channels/tick-paths.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { attachStripTips } from './strip-tips.ts';

interface HistoryTipsOptions {
  /** Contains the strips; they may come later. */
  list: HTMLElement;
  tip: HTMLElement;
  language: LanguageStore;
  historyOf(channelId: number, model: string): readonly HistoryPoint[];
}

/** Tooltips for the history strips of models: one for each bar, about its check. */
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
}
