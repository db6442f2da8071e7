import { quote } from '../../text/quote.ts';
import { isNote, type Severity } from '../alert-kind.ts';
import type { Destination, NoticeLanguage } from '../sending/destination.ts';
import type { IncidentBrief, News } from '../sending/news.ts';
import { phrasesIn } from './incident-title.ts';
import { titleOf } from './title-of.ts';
import { longestName, type Words, wordsIn } from './words.ts';

/** A line of a notice. */
export interface NoticeLine {
  label: string | null;
  text: string;
  /** Somebody else's words, such as a provider's error. */
  isQuoted: boolean;
}

/** A notice in a destination's words, as the adapters of `packages/notify` take it. */
export interface ComposedNotice {
  kind: 'opened' | 'changed' | 'reminder' | 'recovered' | 'digest';
  severity: Severity;
  language: NoticeLanguage;
  title: string;
  lines: readonly NoticeLine[];
  link: string | null;
  idempotencyKey: string;
  /** The same for all notices about one incident; null: it is about several. */
  incidentKey: string | null;
  timeS: number;
  timeZone: string;
  /** What templates may name. */
  fields: Readonly<Record<string, string | number | boolean | null>>;
}

interface Composing {
  key: string;
  news: readonly News[];
  destination: Pick<Destination, 'language' | 'time_zone'>;
  /** Of this monitor's pages, without a slash at the end; null: unknown. */
  baseUrl: string | null;
  nowS: number;
}

/** Says what is new to a destination, in its language and time zone. Several news make a digest. */
export function composeNotice({
  key,
  news,
  destination,
  baseUrl,
  nowS,
}: Composing): ComposedNotice {
  const { language, time_zone: timeZone } = destination;
  const latest = latestOfEach(news);
  const [only] = latest;
  const isOne = only !== undefined && latest.length === 1;
  const words = wordsIn(phrasesIn[language], timeZone);
  const said = isOne ? sayOne(only, words) : sayMany(latest, words);
  const page = baseUrl === null ? null : `${baseUrl}/incidents.html`;
  const link = page !== null && isOne ? `${page}?id=${only.incident.id}` : page;
  return {
    ...{ severity: severityOf(latest), language, ...said, link },
    ...{ idempotencyKey: key, incidentKey: isOne ? `incident-${only.incident.id}` : null },
    ...{ timeS: nowS, timeZone },
    fields: { ...said.fields, title: said.title, link, count: latest.length },
  };
}

function severityOf(news: readonly News[]): Severity {
  const found = news.map(({ severity }) => severity);
  if (found.includes('critical')) return 'critical';
  return found.includes('warning') ? 'warning' : 'info';
}

/** Of the news about an incident, the last: what began and ended meanwhile is over. */
function latestOfEach(news: readonly News[]): News[] {
  return [...new Map(news.map((one) => [one.incident.id, one])).values()];
}

type Said = Pick<ComposedNotice, 'kind' | 'title' | 'lines' | 'fields'>;

const kinds: Readonly<Record<News['kind'], ComposedNotice['kind']>> = {
  ...{
    opened: 'opened',
    worse: 'changed',
    cause: 'changed',
    grown: 'changed',
    flapping: 'changed',
    eased: 'changed',
  },
  ...{ reminder: 'reminder', escalated: 'opened', merged: 'recovered', resolved: 'recovered' },
};

const longestWhy = 300;

function sayOne(news: News, words: Words): Said {
  const { kind, incident, at } = news;
  const title = titleOf(news, words);
  const why = incident.subjects.find((subject) => subject.why !== null)?.why ?? null;
  const message = why === null ? '' : quote(why.message, longestWhy);
  const [what, serving] = [membersOf(incident, words), servingOf(incident, words)];
  const since = words.time(incident.started_at);
  const until = incident.ended_at;
  const lasted = words.lasted((until ?? at) - incident.started_at);
  const { labels } = words.phrases;
  const isOver = until !== null && !isNote(incident.kind);
  const lines = [
    line(labels.what, what),
    line(labels.since, isNote(incident.kind) ? '' : since),
    line(labels.lasted, isOver ? lasted : ''),
    { ...line(labels.why, message), isQuoted: true },
    line(labels.serving, isOver ? '' : serving),
    line(labels.acknowledged, isOver ? '' : (incident.acknowledged_by ?? '')),
    line(null, incident.scope === 'network' ? words.phrases[isOver ? 'back' : 'heldBack'] : ''),
  ].filter(({ text }) => text !== '');
  const { id, scope, severity } = incident;
  const fields = {
    ...{ event: kind, incident: id, scope, alert: incident.kind, severity, what, since, lasted },
    ...{ why: message, error_kind: why?.kind ?? null, serving },
    ...{ started_at: incident.started_at, ended_at: until, failing: incident.failing },
    ...{ channel: incident.channels[0] ?? null, model: incident.subjects[0]?.model ?? null },
  };
  return { kind: kinds[kind], title, lines, fields };
}

const mostInDigest = 20;

function sayMany(news: readonly News[], words: Words): Said {
  const over = news.filter(({ kind }) => kind === 'resolved' || kind === 'merged').length;
  const open = news.length - over;
  const lines = news
    .slice(0, mostInDigest)
    .map((one) => line(words.time(one.at), titleOf(one, words)));
  const more = news.length - lines.length;
  const all = more > 0 ? [...lines, line(null, words.phrases.list([], more))] : lines;
  const fields = { event: 'digest', open, over, severity: severityOf(news) };
  return { kind: 'digest', title: words.phrases.digest(open, over), lines: all, fields };
}

function line(label: string | null, text: string): NoticeLine {
  return { label, text, isQuoted: false };
}

/** Which members there are, if the title doesn't name them. */
function membersOf(incident: IncidentBrief, words: Words): string {
  const { scope, subjects, channels, channel_count } = incident;
  if (scope === 'many' || scope === 'vendor') return words.list(channels, 10, channel_count);
  if (incident.is_whole_channel || incident.members < 2) return '';
  const names = subjects.map((one) => one.model ?? one.name ?? one.channel ?? '');
  return words.list(names, 10, Math.max(incident.failing, subjects.length));
}

/** "gpt-5: no channel left; o3: served by 2 other channels". */
function servingOf({ models, model_count, scope }: IncidentBrief, words: Words): string {
  const { phrases } = words;
  if (models.length === 0 || scope === 'network') return '';
  const say = (channels: number) =>
    channels === 0 ? phrases.nothingServes : phrases.servedBy(channels);
  const [first] = models;
  if (first && model_count === 1) return say(first.channels);
  const shown = models
    .slice(0, 5)
    .map((one) => `${quote(one.model, longestName)}${phrases.colon}${say(one.channels)}`);
  return phrases.list(shown, model_count - shown.length);
}
