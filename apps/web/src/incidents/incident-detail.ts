import {
  type Delivery,
  type Incident,
  type IncidentEvent,
  isOutage,
  type Member,
  memberTitle,
} from '@api-monitor/core';
import { formatSpan } from '../format/duration.ts';
import { formatExactTime, readerZone } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { pagePath } from '../shell/base-path.ts';

export type Serving = readonly string[] | undefined;

/** A member as the details show it. `all`: the channels from which its model is served now; undefined: unknown. */
export function memberRow(member: Member, all: Serving, translator: Translator, nowS: number) {
  const { t, count, language } = translator;
  const { subject, since, left_at, is_flapping, why } = member;
  const isFailing = left_at === null;
  const serving = all?.filter((name) => name !== member.channel);
  const name = subject.model ?? subject.name;
  return {
    key: JSON.stringify([subject, since]),
    tone: isFailing ? (is_flapping ? 'warn' : 'bad') : 'ok',
    name: isOutage(subject.kind)
      ? (name ?? t('incidents.whole_channel'))
      : memberTitle(member, { language, timeZone: readerZone() }),
    channel: isOutage(subject.kind) ? (member.channel ?? '') : '',
    channelHref:
      subject.target_id === null ? null : pagePath(`/viewer.html?target_id=${subject.target_id}`),
    stateText: stateText(member, translator),
    spanText: formatSpan((left_at ?? nowS) - since, translator),
    badgeTone: isFailing ? 'bad' : 'idle',
    kindText: why?.kind ? t(`kind.${why.kind}`) : '',
    words: why?.message ?? '',
    servingText:
      !isFailing || serving === undefined
        ? ''
        : serving.length === 0
          ? t('incidents.served.none')
          : count('incidents.served', serving.length, { names: namesOf(serving) }),
    isUnserved: isFailing && serving?.length === 0,
  };
}

const mostServing = 3;

function namesOf(names: readonly string[]): string {
  const more = names.length - mostServing;
  return names.slice(0, mostServing).join(', ') + (more > 0 ? ` +${more}` : '');
}

function stateText({ left_at, left_by, is_flapping }: Member, { t }: Translator): string {
  if (left_at === null) return t(is_flapping ? 'incidents.flapping' : 'incidents.failing');
  return t(left_by === 'removed' ? 'incidents.removed' : 'incidents.recovered');
}

/** A line of the timeline. Details come from the database, so they are read with care. */
export function timelineRow(event: IncidentEvent, translator: Translator) {
  const { kind, detail, seq, at } = event;
  return {
    seq,
    at,
    time: formatExactTime(at, translator),
    tone: toneOf(event),
    text: translator.t(`incidents.event.${kind}`),
    note: noteOf(event, translator),
    by: typeof detail.by === 'string' && kind !== 'left' ? detail.by : '',
  };
}

function toneOf({ kind, detail }: IncidentEvent): 'bad' | 'warn' | 'ok' | 'idle' {
  if (kind === 'opened' || kind === 'joined') return 'bad';
  if (kind === 'severity') return detail.to === 'critical' ? 'bad' : 'warn';
  if (kind === 'flapping') return 'warn';
  return kind === 'left' || kind === 'resolved' ? 'ok' : 'idle';
}

function noteOf({ kind, detail }: IncidentEvent, translator: Translator): string {
  const { t, count } = translator;
  switch (kind) {
    case 'opened':
    case 'cause':
      return isScope(detail.scope) ? t(`incidents.scope.${detail.scope}`) : '';
    case 'joined':
      return typeof detail.members === 'number'
        ? count('incidents.members', detail.members)
        : subjectText(detail.subject, translator);
    case 'left':
    case 'flapping':
    case 'settled':
      return subjectText(detail.subject, translator);
    case 'severity':
      return isSeverity(detail.to) ? t(`incidents.severity.${detail.to}`) : '';
    case 'told':
      return Array.isArray(detail.notices) ? count('incidents.sent', detail.notices.length) : '';
    case 'muted':
      return typeof detail.until === 'number' ? formatExactTime(detail.until, translator) : '';
    case 'resolved':
      return typeof detail.lasted_s === 'number'
        ? t('incidents.lasted', { duration: formatSpan(detail.lasted_s, translator) })
        : '';
    case 'merged':
      return typeof detail.into === 'number' ? `#${detail.into}` : '';
    default:
      return '';
  }
}

const scopes: readonly string[] = ['network', 'many', 'vendor', 'channel', 'key', 'other'];

function isScope(value: unknown): value is Incident['scope'] {
  return typeof value === 'string' && scopes.includes(value);
}

function isSeverity(value: unknown): value is Incident['severity'] {
  return value === 'critical' || value === 'warning' || value === 'info';
}

function subjectText(subject: unknown, { t }: Translator): string {
  if (typeof subject !== 'object' || subject === null) return '';
  const fields = [
    'model' in subject ? subject.model : null,
    'name' in subject ? subject.name : null,
  ];
  const named = fields.find((one) => typeof one === 'string');
  if (typeof named === 'string') return named;
  return 'kind' in subject && subject.kind === 'channel_down' ? t('incidents.whole_channel') : '';
}

const deliveryTones = {
  ...{ waiting: 'run', sending: 'run', sent: 'ok' },
  ...{ failed: 'bad', digested: 'idle', dropped: 'idle' },
} as const satisfies Record<Delivery['status'], string>;

/** A notice that was sent, or wasn't, as a table shows it. */
export function deliveryRow(delivery: Delivery, destination: string, { t, count }: Translator) {
  const { id, status, attempts, answer, created_at, news, severity } = delivery;
  return {
    id,
    tone: deliveryTones[status],
    destination,
    statusText: t(`delivery.status.${status}`),
    at: created_at,
    attemptsText: attempts > 1 ? count('delivery.attempts', attempts) : '',
    answer: answer ?? '',
    severityText: t(`incidents.severity.${severity}`),
    newsText: news.map((one) => t(`delivery.news.${one.kind}`)).join(', '),
    incidentIds: [...new Set(news.map(({ incident }) => incident.id))],
    isRetriable:
      status === 'failed' || status === 'dropped' || (status === 'waiting' && attempts > 0),
  };
}
