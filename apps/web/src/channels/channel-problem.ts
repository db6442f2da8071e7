import type { ErrorKind } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';
import type { Channel } from './channel.ts';
import { kindText } from './kind-text.ts';

/** What a reader can do about it: the field of the form to change, or the provider's website. */
export type Remedy = 'api_key' | 'base_url' | 'models' | 'website';

export type ChannelProblem = NonNullable<ReturnType<typeof channelProblem>>;

/**
 * What is wrong with a channel as a whole, ready to print; null if nothing is. A fault keeps all requests
 * away; a list that couldn't be read, or a note of the last run, doesn't.
 */
export function channelProblem(channel: Channel, translator: Translator) {
  if (!channel.enabled) return null;
  const { t } = translator;
  const { fault, last_error, last_error_kind, last_status } = channel;
  if (fault) {
    return {
      level: 'fault' as const,
      tone: 'bad' as const,
      title: kindText(fault.kind, statusOf(channel, fault.kind), translator),
      text: t('problem.fault'),
      retryAt: fault.rest_until,
      words: fault.error,
      remedy: remedyOf(channel, fault.kind),
    };
  }
  if (last_error === null) return null;
  if (last_error_kind === null) {
    return {
      ...{ level: 'note' as const, tone: 'idle' as const, title: t('problem.note'), text: '' },
      ...{ retryAt: null, words: last_error, remedy: null },
    };
  }
  const hasKnown = last_status !== 'error';
  const isMissing = hasKnown && last_error_kind === 'not_found';
  return {
    level: isMissing ? ('note' as const) : ('list' as const),
    tone: isMissing ? ('idle' as const) : hasKnown ? ('warn' as const) : ('bad' as const),
    ...listFailure(last_error_kind, hasKnown, translator),
    retryAt: null,
    words: last_error,
    remedy: isMissing ? ('models' as const) : remedyOf(channel, last_error_kind),
  };
}

/** Why a list of models couldn't be read, and what that means: some relays have none, which isn't a fault. */
export function listFailure(kind: ErrorKind, hasKnown: boolean, translator: Translator) {
  const { t } = translator;
  const reason = kindText(kind, null, translator);
  if (!hasKnown) return { title: reason, text: t('problem.list.none') };
  return kind === 'not_found'
    ? { title: t('problem.list.missing'), text: t('problem.list.typed') }
    : { title: t('problem.list', { reason }), text: t('problem.list.known') };
}

/** The HTTP status with which a model met the fault. */
function statusOf({ latest_models }: Channel, kind: ErrorKind): number | null {
  return latest_models.find((it) => it.error_kind === kind)?.status_code ?? null;
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
