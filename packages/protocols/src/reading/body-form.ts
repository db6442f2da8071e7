/**
 * What a body is by its start: `stream` of events, `json` object or value, `array` of JSON values,
 * HTML `page`, or something `other`. `unknown`: too little has arrived.
 */
export type BodyForm = 'unknown' | 'stream' | 'json' | 'array' | 'page' | 'other';

/** More white space than this doesn't come before a body. */
const searched = 1000;

const isStream = /^(data|event|id|retry)?:/;
const isPage = /^<(!doctype|html|head|body|!--|\w+[\s>])/i;
const isJson = /^([{"\d-]|true|false|null)/;
const mark = '\u00EF\u00BB\u00BF';
const openings = ['data:', 'event:', 'id:', 'retry:', 'true', 'false', 'null', '<!doctype', mark];

/** Reads text, or bytes as Latin-1. Goes by the content, because content types aren't reliable. */
export function bodyFormOf(start: string): BodyForm {
  const text = start
    .slice(0, searched)
    .replace(/^(\uFEFF|\u00EF\u00BB\u00BF)/, '')
    .trimStart();
  if (isStream.test(text)) return 'stream';
  if (text.startsWith('[')) return 'array';
  if (isJson.test(text)) return 'json';
  if (isPage.test(text)) return 'page';
  return mayBecomeMore(text) ? 'unknown' : 'other';
}

/** Also true of nothing. */
function mayBecomeMore(text: string): boolean {
  const lower = text.toLowerCase();
  return openings.some((opening) => opening.startsWith(lower)) || /^<\w{0,9}$/.test(text);
}
