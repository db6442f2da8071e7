import { quote } from '../../text/quote.ts';
import { isNote, type Severity } from '../alert-kind.ts';
import type { Destination, NoticeLanguage } from '../sending/destination.ts';
import type { IncidentBrief, News } from '../sending/news.ts';
import { en } from './en.ts';
import type { Phrases, SubjectWords } from './phrases.ts';
import { zh } from './zh.ts';

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

const phrasesIn: Readonly<Record<NoticeLanguage, Phrases>> = { en, zh };

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
  },
  ...{ reminder: 'reminder', escalated: 'opened', merged: 'recovered', resolved: 'recovered' },
};

const longestName = 80;
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

function titleOf({ kind, incident, at }: News, words: Words): string {
  const { phrases } = words;
  const lasted = words.lasted((incident.ended_at ?? at) - incident.started_at);
  const down = downTitle(incident, words);
  const lacking = incident.models.filter(({ channels, is_wanted }) => is_wanted && channels === 0);
  const names = words.list(
    lacking.map(({ model }) => model),
    3,
  );
  const full = lacking.length > 0 ? `${down}: ${phrases.noChannelLeft(names)}` : down;
  switch (kind) {
    case 'opened':
    case 'worse':
    case 'cause':
    case 'grown':
      return full;
    case 'flapping':
      return incident.is_flapping ? full : phrases.stopsFlapping(down);
    case 'reminder':
      return phrases.still(full, lasted);
    case 'escalated':
      return phrases.unacknowledged(full, lasted);
    case 'merged':
      return phrases.merged(incident.merged_into ?? incident.id);
    case 'resolved':
      return overTitle(incident, lasted, words);
  }
}

function downTitle(incident: IncidentBrief, words: Words): string {
  const { phrases } = words;
  const { scope, subjects, channel_count, is_flapping, is_whole_channel } = incident;
  const [first] = subjects;
  const count = Math.max(incident.failing, 1);
  const [channel, model, name] = namesOf(first);
  if (scope === 'network') return phrases.networkIsDown;
  if (is_flapping) return phrases.flaps(...whatOf(incident, words));
  if (scope === 'many') return phrases.manyAreDown(channel_count);
  if (scope === 'vendor') return phrases.vendorIsDown(model, channel_count);
  if (scope === 'other') return otherTitle(incident, words);
  if (scope === 'key') {
    return count > 1 ? phrases.keysAreDown(count, channel) : phrases.keyIsDown(name, channel);
  }
  if (is_whole_channel) return phrases.channelIsDown(channel);
  return count > 1 ? phrases.modelsAreDown(count, channel) : phrases.modelIsDown(model, channel);
}

function overTitle(incident: IncidentBrief, lasted: string, words: Words): string {
  const { phrases } = words;
  if (incident.scope === 'network') return phrases.networkWorks(lasted);
  if (incident.is_removed) return phrases.notWatched(whatOf(incident, words)[0]);
  if (incident.scope === 'other') return phrases.isOver(otherTitle(incident, words), lasted);
  const [what, count] = whatOf(incident, words);
  return phrases.works(what, lasted, count);
}

/** The thing itself, as in "… works again", and how many things that are. */
function whatOf(incident: IncidentBrief, { phrases }: Words): [what: string, count: number] {
  const { scope, subjects, channel_count, is_whole_channel, failing, members } = incident;
  const [channel, model, name] = namesOf(subjects[0]);
  const count = failing > 0 ? failing : members;
  if (scope === 'many') return [phrases.many(channel_count), channel_count];
  if (scope === 'vendor') return [phrases.vendor(model, channel_count), 1];
  if (scope === 'key') {
    return [count > 1 ? phrases.keys(count, channel) : phrases.key(name, channel), count];
  }
  if (is_whole_channel) return [channel, 1];
  return [count > 1 ? phrases.models(count, channel) : phrases.on(model, channel), count];
}

function otherTitle({ kind, subjects, members }: IncidentBrief, words: Words): string {
  const { phrases } = words;
  const [first] = subjects;
  const [channel] = namesOf(first);
  if ((kind === 'model_new' || kind === 'model_gone') && members > 1) {
    return phrases.several[kind](members, channel);
  }
  if (kind === 'model_down' || kind === 'channel_down' || kind === 'key_down') return channel;
  return first ? phrases.other[kind](words.ofSubject(first)) : kind;
}

type SubjectBrief = IncidentBrief['subjects'][number];

function namesOf(
  subject: SubjectBrief | undefined,
): [channel: string, model: string, name: string] {
  const clean = (text: string | null | undefined) => quote(text ?? '', longestName);
  return [clean(subject?.channel), clean(subject?.model), clean(subject?.name)];
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
    .map((one) => `${quote(one.model, longestName)}: ${say(one.channels)}`);
  return phrases.list(shown, model_count - shown.length);
}

/** A language with a time zone. */
interface Words {
  phrases: Phrases;
  time: (timeS: number) => string;
  lasted: (seconds: number) => string;
  /** The first names, and how many more there are. */
  list: (names: readonly string[], most: number, all?: number) => string;
  ofSubject: (subject: SubjectBrief) => SubjectWords;
}

function wordsIn(phrases: Phrases, timeZone: string): Words {
  const { locale } = phrases;
  const time = new Intl.DateTimeFormat(locale, {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'short' },
    ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  });
  const day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const lasted = (seconds: number) => phrases.duration(durationParts(seconds));
  return {
    phrases,
    time: (timeS) => time.format(timeS * 1000),
    lasted,
    list(names, most, all = names.length) {
      const shown = names.slice(0, most).map((name) => quote(name, longestName));
      return phrases.list(shown, all - shown.length);
    },
    ofSubject(subject) {
      const [channel, model, name] = namesOf(subject);
      const figureOf = (figure: string) => subject.figures[figure] ?? 0;
      const textOf = (figure: string) => {
        const value = figureOf(figure);
        return typeof value === 'number' ? number.format(value) : quote(value, longestName);
      };
      return {
        ...{ channel, model, name, figure: textOf },
        share: (figure) => percent.format(Number(figureOf(figure))),
        seconds: (figure) => `${textOf(figure)} s`,
        date: (figure) => day.format(Number(figureOf(figure)) * 1000),
      };
    },
  };
}

/** The two largest units that aren't zero. */
function durationParts(seconds: number): [count: number, unit: 'd' | 'h' | 'min' | 's'][] {
  const whole = Math.max(0, Math.round(seconds));
  const all: [number, 'd' | 'h' | 'min' | 's'][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = all.findIndex(([count]) => count > 0);
  if (first < 0) return [[0, 's']];
  return all.slice(first, first + 2).filter(([count]) => count > 0);
}
