import { type ErrorKind, outageOf } from '@api-monitor/core';
import type { Translator } from '../../i18n/translate.ts';
import type { Channel } from '../channel.ts';
import { kindText } from './kind-text.ts';
import { runReport } from './run-report.ts';

/** What a reader can do about it: the field of the form to change, or the provider's website. */
export type Remedy = 'api_key' | 'base_url' | 'models' | 'website';

export type ChannelProblem = NonNullable<ReturnType<typeof channelProblem>>;

/**
 * What is wrong with a channel as a whole, ready to print; null if nothing is. A fault keeps all requests
 * away; a list that couldn't be read, or a note of the last run, doesn't.
 */
export function channelProblem(channel: Channel, translator: Translator) {
  const { t } = translator;
  if (channel.api_key === '') return keyless(translator);
  if (!channel.enabled) return null;
  const { fault, last_error: error, last_error_kind: error_kind, last_notes: notes } = channel;
  const outage = outageOf(fault);
  if (outage) {
    return {
      level: 'fault' as const,
      tone: 'bad' as const,
      title: kindText(outage.kind, outage.status ?? null, translator),
      text: t('problem.fault'),
      retryAt: outage.rest_until,
      words: outage.error,
      remedy: remedyOf(channel, outage.kind),
    };
  }
  const hasChecked = channel.last_status !== 'error';
  const report = runReport({ error, error_kind, notes }, hasChecked, translator);
  if (!report) return null;
  if (error_kind === null) {
    return {
      ...report,
      level: 'note' as const,
      tone: 'idle' as const,
      retryAt: null,
      remedy: null,
    };
  }
  const isMissing = hasChecked && error_kind === 'not_found';
  const isEmptied = notes?.some(({ code }) => code === 'list_emptied');
  return {
    ...report,
    level: isMissing ? ('note' as const) : ('list' as const),
    tone: isMissing ? ('idle' as const) : hasChecked ? ('warn' as const) : ('bad' as const),
    retryAt: null,
    remedy: isMissing ? ('models' as const) : isEmptied ? null : remedyOf(channel, error_kind),
  };
}

/** It was imported without its key, and is paused until it is entered. */
function keyless({ t }: Translator) {
  return {
    level: 'note' as const,
    tone: 'idle' as const,
    title: t('problem.no_key'),
    text: t('problem.no_key.text'),
    retryAt: null,
    words: '',
    remedy: 'api_key' as const,
  };
}

function remedyOf({ source_url }: Channel, kind: ErrorKind): Remedy | null {
  switch (kind) {
    case 'auth':
      return 'api_key';
    case 'network':
    case 'tls':
    case 'not_found':
    case 'bad_body':
      return 'base_url';
    case 'quota':
      return source_url === null ? null : 'website';
    default:
      return null;
  }
}
