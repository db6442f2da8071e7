import type { Run, RunTrigger } from '@api-monitor/core';
import { formatExactTime, formatMoment } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';

/** A run as the api lists it. */
export type ListedRun = Run & { trigger: RunTrigger };

/** A run in the list, ready to print. */
export interface RunLine {
  id: number;
  tone: 'ok' | 'warn' | 'bad' | 'run' | 'idle';
  time: string;
  exactTime: string;
  /** `8 of 10`, or what became of it. */
  text: string;
  triggerText: string;
  error: string;
}

export function runLine(run: ListedRun, translator: Translator): RunLine {
  return {
    id: run.id,
    tone: toneOf(run),
    time: formatMoment(run.started_at, translator),
    exactTime: formatExactTime(run.started_at, translator),
    text: textOf(run, translator),
    triggerText: run.trigger === 'schedule' ? '' : translator.t(`viewer.trigger.${run.trigger}`),
    error: run.error ?? '',
  };
}

function toneOf({ status, total, fail }: ListedRun): RunLine['tone'] {
  if (status === 'running') return 'run';
  if (status === 'error') return 'bad';
  if (total === 0) return 'idle';
  if (fail === 0) return 'ok';
  return fail === total ? 'bad' : 'warn';
}

function textOf({ status, success, total }: ListedRun, { t }: Translator): string {
  if (status === 'running') return t('status.running');
  if (status === 'error') return t('status.error');
  return total === 0 ? t('status.no_models') : t('card.passed', { success, total });
}
