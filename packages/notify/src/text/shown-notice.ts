import type { Notice, NoticeKind, NoticeLanguage, NoticeLine, Severity } from '../notice.ts';
import { cleanLine, unlink } from './clean-text.ts';

/** A notice as people see it: each text is one bounded line without links, mentions or control characters. */
export interface ShownNotice {
  title: string;
  /** The title after a coloured mark, for apps without colours of their own. */
  markedTitle: string;
  lines: readonly NoticeLine[];
  link: { url: string; label: string } | null;
  /** `2026-11-28 20:00:03 Asia/Shanghai` */
  time: string;
  colon: string;
}

export const longestTitle = 200;
const longestLabel = 60;
export const longestLine = 1000;
const longestLink = 1000;
export const mostLines = 200;

const linkLabels: Record<NoticeLanguage, string> = { en: 'Open', zh: '查看' };
const colons: Record<NoticeLanguage, string> = { en: ': ', zh: '：' };
const severityMarks: Record<Severity, string> = { critical: '🔴', warning: '🟠', info: '🔵' };
const kindMarks: Partial<Record<NoticeKind, string>> = { recovered: '🟢', test: '🔔' };

/** What people are shown of a notice. */
export function shownNotice(notice: Notice): ShownNotice {
  const title = unlink(cleanLine(notice.title, longestTitle));
  const mark = kindMarks[notice.kind] ?? severityMarks[notice.severity];
  const url = webLink(notice.link);
  return {
    title,
    markedTitle: `${mark} ${title}`,
    lines: notice.lines.slice(0, mostLines).map(({ label, text, isQuoted }) => ({
      label: label === null ? null : unlink(cleanLine(label, longestLabel)),
      text: unlink(cleanLine(text, longestLine)),
      isQuoted,
    })),
    link: url === null ? null : { url, label: linkLabels[notice.language] },
    time: timeText(notice.timeS, notice.timeZone),
    colon: colons[notice.language],
  };
}

/** The address in a form that needs no escaping in quotes and parentheses; null if a browser shouldn't open it. */
export function webLink(link: string | null): string | null {
  const url = link === null ? null : URL.parse(link);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  const { href, origin } = url;
  if (href.length > longestLink) return null;
  const rest = href.slice(origin.length).replaceAll(/['()*[\]`<>"|\\_~]/g, percentEncoded);
  return `${origin}${rest}`;
}

function percentEncoded(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** A time as the clocks of the zone show it, or in UTC if there is no such zone. */
function timeText(timeS: number, timeZone: string): string {
  const date = new Date(timeS * 1000);
  try {
    const shown = new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone, dateStyle: 'short', timeStyle: 'medium' },
    });
    return `${shown.format(date)} ${timeZone}`;
  } catch {
    return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  }
}
