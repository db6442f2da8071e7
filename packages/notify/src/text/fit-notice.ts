import { cutText } from './clean-text.ts';
import type { Markup } from './markup.ts';
import { longestLine, type ShownNotice } from './shown-notice.ts';

const inUtf16 = (text: string): number => text.length;
export const inBytes = (text: string): number => Buffer.byteLength(text);

const shortestLine = 24;

/**
 * The notice with as much of its lines as fits: the longest lines are cut first, then lines are left out from
 * the end. Text is cut before it is escaped, so no markup is left open.
 */
export function fitNotice(
  notice: ShownNotice,
  fits: (shortened: ShownNotice) => boolean,
): ShownNotice {
  if (fits(notice)) return notice;
  const cut = (longest: number) => withLines(notice, longest, notice.lines.length);
  if (fits(cut(shortestLine))) {
    return cut(largest(shortestLine, longestLine, (longest) => fits(cut(longest))));
  }
  const first = (count: number) => withLines(notice, shortestLine, count);
  return first(largest(0, notice.lines.length, (count) => fits(first(count))));
}

/** The largest number from `low`, which is good, to below `high`, which isn't. */
function largest(low: number, high: number, isGood: (value: number) => boolean): number {
  if (high - low <= 1) return low;
  const middle = Math.floor((low + high) / 2);
  return isGood(middle) ? largest(middle, high, isGood) : largest(low, middle, isGood);
}

function withLines(notice: ShownNotice, longest: number, count: number): ShownNotice {
  const lines = notice.lines
    .slice(0, count)
    .map((line) => ({ ...line, text: cutText(line.text, longest) }));
  const rest = { label: null, text: '…', isQuoted: false };
  return { ...notice, lines: count < notice.lines.length ? [...lines, rest] : lines };
}

export interface Parts {
  withTitle: boolean;
  withLink: boolean;
}

/** The notice as one text of at most `limit`, in the unit of `sizeOf`. */
export function fitText(
  notice: ShownNotice,
  markup: Markup,
  parts: Parts,
  limit: number,
  sizeOf = inUtf16,
): string {
  const fitting = fitNotice(notice, (one) => sizeOf(renderText(one, markup, parts)) <= limit);
  return renderText(fitting, markup, parts);
}

/** A line as text, without markup. */
export function lineText({ colon }: ShownNotice, line: ShownNotice['lines'][number]): string {
  return line.label === null ? line.text : `${line.label}${colon}${line.text}`;
}

export function renderText(
  { markedTitle, lines, link, time, colon }: ShownNotice,
  markup: Markup,
  { withTitle, withLink }: Parts,
): string {
  const shown = lines.map(({ label, text, isQuoted }) => {
    const escaped = markup.escape(text);
    const words = isQuoted && escaped !== '' ? markup.quoted(escaped) : escaped;
    if (label === null) return words;
    return `${markup.strong(markup.escape(`${label}${colon}`.trimEnd()))} ${words}`;
  });
  return [
    ...(withTitle ? [markup.strong(markup.escape(markedTitle))] : []),
    ...shown,
    markup.escape(time),
    ...(withLink && link ? [markup.link(markup.escape(link.label), link.url)] : []),
  ].join(markup.newline);
}
