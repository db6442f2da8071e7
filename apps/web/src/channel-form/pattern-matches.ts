import { matchesPattern, probePlanOf } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';

const shownNames = 3;

/** Which of the known models these names and patterns match, in a sentence; empty if there are no patterns. */
export function matchesText(
  patterns: readonly string[],
  known: readonly string[],
  { t, count }: Translator,
): string {
  if (patterns.length === 0 || known.length === 0) return '';
  const matching = known.filter((model) => probePlanOf(model, patterns) === 'unprovable');
  if (matching.length === 0) return t('form.dont_probe.none');
  const names = matching.slice(0, shownNames).join(', ');
  const more = matching.length - shownNames;
  return more > 0
    ? count('form.dont_probe.more', more, { names })
    : t('form.dont_probe.matches', { names });
}

/** How many of the known models these patterns leave out, in a sentence; empty if there are no patterns. */
export function excludedText(
  patterns: readonly string[],
  known: readonly string[],
  { t, count }: Translator,
): string {
  if (patterns.length === 0 || known.length === 0) return '';
  const left = known.filter((it) => patterns.some((pattern) => matchesPattern(it, pattern))).length;
  return left === 0
    ? t('form.dont_probe.none')
    : count('form.exclude.left_out', left, { total: known.length });
}
