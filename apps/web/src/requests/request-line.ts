import { objectRoutes } from '@api-monitor/core';
import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { formatLatency } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import { formatPrice, priceSourceText } from '../format/price.ts';
import { formatExactTime, formatSeconds } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';

export type ListedRequest = InferResponseType<
  ApiClient['api']['proxy']['requests']['$get'],
  200
>['items'][number];

type Tone = 'ok' | 'warn' | 'bad' | 'idle';
export type RequestLine = ReturnType<typeof requestLine>;

/** A request's line in the list, ready to print. */
export function requestLine(request: ListedRequest, currency: string, translator: Translator) {
  const { t, count, formats } = translator;
  const figure = (value: number | null) => (value === null ? '—' : formats.number.format(value));
  const attempts = request.attempts.length;
  return {
    tone: toneOfRequest(request),
    time: formatSeconds(request.timestamp, translator),
    exactTime: formatExactTime(request.timestamp, translator),
    model: subjectOf(request, t),
    channel: request.target_name ?? '—',
    key: keyOf(request, translator),
    status: String(request.status),
    kindText: kindOf(request, translator),
    duration: formatLatency(request.duration_s),
    firstByte: formatLatency(request.first_byte_s),
    tokens: `${figure(request.input_tokens)} → ${figure(request.output_tokens)}`,
    cost: costText(request, currency, translator),
    attemptsText: attempts > 1 ? count('requests.attempts', attempts) : '',
    route: request.route,
    error: request.error ?? '',
    facts: [...factsOf(request, translator), ...costFacts(request, currency, translator)],
    attempts: request.attempts.map((attempt) => ({
      place: [attempt.target_name, attempt.model].filter(Boolean).join('/'),
      tone: toneOfAttempt(attempt),
      status: attempt.status === null ? '—' : String(attempt.status),
      duration: formatLatency(attempt.duration_s),
      kindText: attempt.error_kind ? t(`kind.${attempt.error_kind}`) : '',
      note: attempt.error ?? t(isAbandoned(attempt) ? 'requests.client_left' : 'requests.answered'),
    })),
  };
}

/** The model that was asked for, or what was done instead. */
function subjectOf(request: ListedRequest, t: Translator['t']): string {
  const { refused_for, requested_model, route, attempts } = request;
  if (refused_for !== null) return t(`requests.refused.${refused_for}`);
  if (requested_model !== '') return requested_model;
  const objects = objectRoutes.find((it) => it === route);
  if (!objects) return t('requests.unnamed');
  const name = t(`requests.objects.${objects}`);
  const action = attempts[0]?.object_action;
  return action ? t('requests.object', { name, action: t(`requests.action.${action}`) }) : name;
}

/** Only a request that was refused has no key; where it came from is all that is known of its client. */
function keyOf({ key_id, key_name, client_address }: ListedRequest, { t }: Translator): string {
  if (key_id !== null) return key_name;
  return key_name === '' ? (client_address ?? '—') : t('requests.master');
}

type Attempt = ListedRequest['attempts'][number];

function kindOf({ status, error_kind }: ListedRequest, { t }: Translator): string {
  if (status === 499) return t('requests.client_left');
  return error_kind ? t(`kind.${error_kind}`) : '';
}

/** Whether the client left before the channel answered. An attempt that failed has an error. */
function isAbandoned({ error, status }: Attempt): boolean {
  return error === null && status === null;
}

function toneOfAttempt(attempt: Attempt): Tone {
  if (isAbandoned(attempt)) return 'idle';
  if (attempt.error === null) return 'ok';
  return attempt.is_live_failure ? 'bad' : 'warn';
}

/** If the client left, nobody is at fault. */
function toneOfRequest({ outcome, status }: ListedRequest): Tone {
  if (status === 499) return 'idle';
  if (outcome === 'ok') return 'ok';
  return outcome === 'upstream_error' ? 'bad' : 'warn';
}

function factsOf(request: ListedRequest, translator: Translator) {
  const { t, formats } = translator;
  const bytes = (value: number) => `${formats.number.format(value)} B`;
  return [
    { label: t('requests.id'), value: request.request_id },
    { label: t('requests.key'), value: request.key_name || '—' },
    ...(request.client_address === null
      ? []
      : [{ label: t('requests.client_address'), value: request.client_address }]),
    { label: t('requests.route'), value: request.route },
    {
      label: t('viewer.request.stream'),
      value: t(request.stream ? 'viewer.request.streamed' : 'viewer.request.whole'),
    },
    { label: t('requests.sent'), value: bytes(request.request_bytes) },
    { label: t('requests.received'), value: bytes(request.response_bytes) },
    ...tokenFacts(request, translator),
  ];
}

/** The classes of tokens that the answer reported; input and output contain the others. */
function tokenFacts(request: ListedRequest, { t, formats }: Translator) {
  const facts = [
    ['requests.input', request.input_tokens],
    ['requests.cached_input', request.cached_input_tokens],
    ['requests.cache_write', request.cache_write_tokens],
    ['requests.output', request.output_tokens],
    ['requests.reasoning', request.reasoning_tokens],
  ] as const;
  return facts.flatMap(([key, count]) =>
    count === null ? [] : [{ label: t(key), value: formats.number.format(count) }],
  );
}

/** What a request cost: `≈` if its tokens are estimated, a dash if it reached no channel. */
function costText(
  { cost, attempts, tokens_estimated }: ListedRequest,
  currency: string,
  { t, language }: Translator,
): string {
  if (attempts.length === 0) return '—';
  if (cost === null) return t('requests.cost.unknown');
  return `${tokens_estimated && cost > 0 ? '≈ ' : ''}${formatMoney(cost, currency, language)}`;
}

/** The cost with the price that it was computed with. */
function costFacts(request: ListedRequest, currency: string, translator: Translator) {
  const { attempts, price, reported_cost, tokens_estimated } = request;
  const { t, formats } = translator;
  if (attempts.length === 0) return [];
  return [
    { label: t('requests.cost'), value: costText(request, currency, translator) },
    ...(price === null
      ? []
      : [
          { label: t('requests.price'), value: formatPrice(price, currency, translator) },
          {
            label: t('requests.price.from'),
            value: priceSourceText(price, translator),
          },
        ]),
    ...(reported_cost === null
      ? []
      : [{ label: t('requests.cost.reported'), value: formats.number.format(reported_cost) }]),
    ...(tokens_estimated
      ? [{ label: t('requests.tokens'), value: t('requests.tokens.estimated') }]
      : []),
  ];
}
