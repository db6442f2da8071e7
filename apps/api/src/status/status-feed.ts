import { Feed } from 'feed';
import { shownAheadS } from './planned-works.ts';
import type {
  PublicIncident,
  PublicMaintenance,
  PublicNote,
  PublicStatus,
} from './status-schema.ts';

export const feedLanguages = ['en', 'zh'] as const;
type FeedLanguage = (typeof feedLanguages)[number];

interface FeedOptions {
  /** Of this monitor, without a slash at the end. */
  address: string;
  language: FeedLanguage;
  /** Whether titles are HTML, as in Atom; in JSON they are text. */
  areTitlesHtml: boolean;
}

/** What happened on the public page, newest first: a feed in Atom or as JSON. */
export function statusFeed(
  status: PublicStatus,
  { address, language, areTitlesHtml }: FeedOptions,
): Feed {
  const { title, description, updated_at } = status;
  const page = `${address}/status.html`;
  const entries = [
    ...incidentsOf(status).map((lines) => incidentEntry(lines, status.notes, language)),
    ...threadsOf(status).map((notes) => threadEntry(notes, language)),
    ...status.maintenance.map((work) => maintenanceEntry(work, language)),
  ].sort((a, b) => b.updatedAt - a.updatedAt);
  const feed = new Feed({
    ...{ id: page, link: page, title, description, language, copyright: '' },
    updated: new Date(Math.max(updated_at, ...entries.map((one) => one.updatedAt)) * 1000),
    feedLinks: { atom: `${address}/status/feed.atom`, json: `${address}/status/feed.json` },
  });
  for (const { key, title, lines, at, updatedAt } of entries) {
    feed.addItem({
      // A reader that knows the id shows a change as a change.
      ...{ id: `${page}#${key}`, link: `${page}#${key}` },
      title: areTitlesHtml ? escaped(title) : title,
      content: lines.map((line) => `<p>${escaped(line)}</p>`).join(''),
      ...{ published: new Date(at * 1000), date: new Date(updatedAt * 1000) },
    });
  }
  return feed;
}

interface Entry {
  key: string;
  title: string;
  lines: string[];
  at: number;
  updatedAt: number;
}

const phrases = {
  en: {
    ...{ outage: 'Down', degraded: 'Partly failing', over: 'Over', began: 'Began', ended: 'Ended' },
    ...{ maintenance: 'Maintenance', colon: ': ', separator: ', ' },
    ...{ investigating: 'Investigating', identified: 'Identified' },
    ...{ monitoring: 'Monitoring', resolved: 'Resolved' },
  },
  zh: {
    ...{ outage: '中断', degraded: '部分异常', over: '已恢复', began: '开始', ended: '结束' },
    ...{ maintenance: '维护', colon: '：', separator: '、' },
    ...{ investigating: '调查中', identified: '已定位', monitoring: '观察中', resolved: '已解决' },
  },
} as const satisfies Record<FeedLanguage, Record<string, string>>;

function incidentsOf({ incidents }: PublicStatus): PublicIncident[][] {
  const keyOf = ({ incident, slug, started_at }: PublicIncident) =>
    incident === null ? `${slug}-${started_at}` : String(incident);
  return [...Map.groupBy(incidents, keyOf).values()];
}

function threadsOf({ notes }: PublicStatus): PublicNote[][] {
  const general = notes.filter(({ incident }) => incident === null);
  return [...Map.groupBy(general, ({ thread }) => thread).values()];
}

function incidentEntry(
  lines: readonly PublicIncident[],
  notes: readonly PublicNote[],
  language: FeedLanguage,
): Entry {
  const words = phrases[language];
  const [first] = lines;
  const at = Math.min(...lines.map(({ started_at }) => started_at));
  const ends = lines.map(({ ended_at }) => ended_at);
  const endedAt = ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0));
  const about = notes.filter(({ incident }) => incident !== null && incident === first?.incident);
  const state = lines.some((line) => line.state === 'outage') ? words.outage : words.degraded;
  const names = lines.map(({ name }) => name).join(words.separator);
  return {
    key: first?.incident ? `incident-${first.incident}` : `${first?.slug}-${at}`,
    title: `${names}${words.colon}${endedAt === null ? state : words.over}`,
    lines: [
      `${words.began}${words.colon}${utc(at)}`,
      ...(endedAt === null ? [] : [`${words.ended}${words.colon}${utc(endedAt)}`]),
      ...about.map((note) => noteLine(note, language)),
    ],
    at,
    updatedAt: Math.max(at, endedAt ?? 0, ...about.map((note) => note.at)),
  };
}

function threadEntry(notes: readonly PublicNote[], language: FeedLanguage): Entry {
  const [newest] = notes;
  const times = notes.map(({ at }) => at);
  return {
    key: `note-${newest?.thread}`,
    title: newest?.title ?? '',
    lines: notes.map((note) => noteLine(note, language)),
    ...{ at: Math.min(...times), updatedAt: Math.max(...times) },
  };
}

function maintenanceEntry(
  { id, name, from, until }: PublicMaintenance,
  language: FeedLanguage,
): Entry {
  const { maintenance, colon } = phrases[language];
  // When it was planned isn't known; nobody could read of it earlier.
  const at = from - shownAheadS;
  return {
    key: `maintenance-${id}-${from}`,
    title: `${maintenance}${colon}${name}`,
    lines: [`${utc(from)} – ${utc(until)}`],
    ...{ at, updatedAt: at },
  };
}

function noteLine({ state, text, title, at }: PublicNote, language: FeedLanguage): string {
  const words = phrases[language];
  return `${utc(at)} · ${words[state]}${words.colon}${title}${text === '' ? '' : ` – ${text}`}`;
}

function utc(timeS: number): string {
  return `${new Date(timeS * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
