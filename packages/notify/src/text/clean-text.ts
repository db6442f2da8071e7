/** Marks that reorder or hide text; emoji and some scripts need the joiners, which stay. */
const hidden = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
/** Controls, line breaks of all kinds, and halves of surrogate pairs. */
const breaks = /[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;
const zeroWidthSpace = '\u200b';
/** How much of a text is read for each character that may be shown. */
const readAhead = 4;

/**
 * Hostile text as one line of at most `limit` UTF-16 units, without control characters and marks that hide
 * or reorder text. Text far beyond the limit isn't read.
 */
export function cleanLine(text: string, limit: number): string {
  const line = text
    .slice(0, limit * readAhead)
    .replaceAll(hidden, '')
    .replaceAll(breaks, ' ')
    .trim();
  return cutText(text.length > limit * readAhead ? `${line}…` : line, limit);
}

/** The first `limit` UTF-16 units of a text, the last of them `…` if it was cut, and all characters whole. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  if (limit < 1) return '';
  return `${text.slice(0, boundaryBefore(text, limit - 1)).trimEnd()}…`;
}

function boundaryBefore(text: string, at: number): number {
  // Most text has no characters of several units, and the segmenter is slow.
  if (isAlone(text.charCodeAt(at - 1)) && isAlone(text.charCodeAt(at))) return at;
  const around = text.slice(0, at + 64);
  const { index } = graphemes.segment(around).containing(at) ?? { index: at };
  // A letter with thousands of accents is cut.
  if (index > at / 2 || at < 16) return index;
  const last = text.charCodeAt(at - 1);
  return last >= 0xd800 && last <= 0xdbff ? at - 1 : at;
}

/** Latin letters and Chinese characters. */
function isAlone(unit: number): boolean {
  return unit < 0x300 || (unit >= 0x4e00 && unit <= 0x9fff);
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A dot that an app may take for part of a host's name: only labels of letters follow. */
const domainDot =
  /(?<=[\p{L}\p{N}])\.(?=\p{L}{2,}(?:\.\p{L}{2,})*(?![\p{L}\p{N}_-])(?!\.[\p{L}\p{N}]))/gu;

/**
 * Keeps apps from making links and mentions of a text by zero-width spaces: `@everyone`, `https://…`,
 * `example.com`. Names of models stay as they are, except those that look like a host's name.
 */
export function unlink(text: string): string {
  return text
    .replaceAll(/@(?=\S)/g, `@${zeroWidthSpace}`)
    .replaceAll('://', `:${zeroWidthSpace}//`)
    .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, 3)}${zeroWidthSpace}.`)
    .replaceAll(domainDot, `${zeroWidthSpace}.`);
}
