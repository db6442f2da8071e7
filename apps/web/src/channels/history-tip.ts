import { historyLength, isSkipped } from '@api-monitor/core';
import { formatLatency } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { attachStripTips, type StripTip } from '../ui/strip-tips.ts';
import type { HistoryPoint } from './channel.ts';

/** The text of a bar's tooltip, shown and read out. */
export function historyTip(point: HistoryPoint, translator: Translator): StripTip {
  const { t } = translator;
  const skipped = isSkipped(point);
  const verdict = point.success
    ? t('strip.passed')
    : point.error_kind
      ? t(`kind.${point.error_kind}`)
      : t('strip.failed');
  const time = formatExactTime(point.timestamp, translator);
  const facts = skipped
    ? []
    : [{ label: t('strip.latency'), value: formatLatency(point.duration) }];
  if (point.first_token_s !== null) {
    facts.push({ label: t('strip.first_token'), value: formatLatency(point.first_token_s) });
  }
  if (point.status_code !== null) {
    facts.push({ label: t('strip.status'), value: String(point.status_code) });
  }
  const error = point.success ? '' : (point.error ?? '');
  const spoken = [verdict, time, ...facts.map((it) => `${it.label} ${it.value}`), error];
  return {
    tone: point.success ? 'ok' : skipped ? 'idle' : 'bad',
    verdict,
    time,
    facts,
    error,
    spoken: spoken.filter(Boolean).join(', '),
  };
}

interface HistoryTipsOptions {
  /** Contains the strips, which may be added later. */
  list: HTMLElement;
  tip: HTMLElement;
  language: LanguageStore;
  historyOf(channelId: number, model: string): readonly HistoryPoint[];
}

/** Shows a tooltip for each check in a model's history. */
export function attachHistoryTips({ list, tip, language, historyOf }: HistoryTipsOptions): void {
  const historyOfStrip = ({ dataset }: HTMLElement) =>
    historyOf(Number(dataset.channel), dataset.model ?? '');
  attachStripTips({
    list,
    tip,
    slots: historyLength,
    countOf: (strip) => historyOfStrip(strip).length,
    tipOf: (strip, index) => {
      const point = historyOfStrip(strip)[index];
      return point ? historyTip(point, language.translator) : null;
    },
  });
}
