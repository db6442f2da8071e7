import { maskSecret } from '@api-monitor/core';
import { foldName } from '../fold-name.ts';
import { importLimits, tooMuch } from '../import-limits.ts';
import type { ImportNote, UploadedEntry } from '../import-notes.ts';

/** What people call the parts of a channel, before a colon or an equals sign. */
const labels =
  /(?<![\p{L}\d])(?:name|url|base[_ -]?url|address|endpoint|key|api[_ -]?key|token|openai[_ -]base[_ -]url|openai[_ -]api[_ -]key|名称|名字|渠道|地址|接口|网址|密钥|令牌)\s*[:：=]\s*/giu;
const address = /https?:\/\/[^\s,;|，；、"'<>]+/i;
const separators = /[\s,;|，；、"'<>]+/;
/** What providers and relays issue. */
const knownKey = /^(?:sk|pk|gsk|xai|key|ak|hf|AIza|AQ|r8|nvapi|fk|cpk|tp|ms)[-_.A-Za-z\d]{6,}$/;
/** Any other long text of letters and digits without a meaning. */
const likelyKey = /^(?=.*\d)(?=.*[A-Za-z])[\w.+/=~-]{20,}$/;

interface Parts {
  name?: string;
  url?: string;
  keys: string[];
}

/** Whether a text is channels as people paste them, rather than YAML, which has addresses too. */
export function areLines(text: string): boolean {
  if (!address.test(text) || /^\s*[{[]/.test(text)) return false;
  const line = text.split('\n').find((one) => one.trim() !== '' && !/^\s*#/.test(one)) ?? '';
  const isMapping =
    /^\s*(?:-\s+)?[\w"']+\s*:(?:\s|$)/.test(line) || /^\s*(?:---|\{|\[|-\s*(?:$|[{[]))/.test(line);
  if (!isMapping) return true;
  // "name: a url: https://…" is one line of ours, "base_url: https://…" one of YAML's.
  const isOneField = /^\s*(?:-\s+)?[\w"']+\s*:\s+["']?https?:\/\/\S+\s*$/i.test(line);
  const isFlow = /[{[]/.test(line);
  return address.test(line) && !isOneField && !isFlow;
}

/**
 * Channels from lines with a name, an address and keys in any order and between any separators. Parts of a
 * channel may also be on lines of their own, and keys on lines after each other belong to one channel. A
 * channel without a name is called after its host. What has no address is an entry all the same, so that it is
 * refused and not lost. Throws AppError `invalid_input` for more channels than an import may hold.
 */
export function readLines(text: string): UploadedEntry[] {
  const channels: Parts[] = [];
  let open: Parts | null = null;
  let isComplete = false;
  let endsInKey = false;
  for (const line of text.split(/\r?\n/)) {
    const parts = partsOf(line);
    if (!parts) {
      open = null;
      continue;
    }
    const { name, url, keys } = parts;
    const isKeysAlone = name === undefined && url === undefined;
    const isFurther = isKeysAlone && endsInKey ? true : !isComplete && open && fits(parts, open);
    if (!open || !isFurther) {
      open = { keys: [] };
      isComplete = false;
      channels.push(open);
      if (channels.length > importLimits.channels) {
        throw tooMuch(`${importLimits.channels} channels`);
      }
    }
    if (name !== undefined) open.name = name;
    if (url !== undefined) open.url = url;
    open.keys = [...new Set([...open.keys, ...keys])];
    endsInKey = keys.length > 0;
    isComplete ||= endsInKey && !isKeysAlone;
  }
  const nextName = createNames();
  return channels.map((parts) => entryOf(parts, nextName));
}

/** Whether a line has nothing that the channel before it has already. */
function fits(line: Parts, { name, url, keys }: Parts): boolean {
  const isTaken = (own: string | undefined, has: string | undefined) => own && has;
  if (isTaken(line.name, name) || isTaken(line.url, url)) return false;
  return line.keys.length === 0 || keys.length === 0;
}

/** Null for a line without any. */
function partsOf(raw: string): Parts | null {
  const line = raw.trim();
  if (line === '' || line.startsWith('#')) return null;
  const bare = line.replaceAll(/-{3,}/g, ' ').replaceAll(labels, ' ');
  const url = address.exec(bare)?.[0];
  const rest = url === undefined ? bare : bare.replace(url, ' ');
  const words = rest.split(separators).filter(Boolean);
  const known = words.filter((word) => knownKey.test(word));
  const keys = known.length > 0 ? known : words.filter((word) => likelyKey.test(word));
  const name = words
    .filter((word) => !keys.includes(word))
    .join(' ')
    .trim();
  if (name === '' && url === undefined && keys.length === 0) return null;
  return { ...(name === '' ? {} : { name }), ...(url === undefined ? {} : { url }), keys };
}

function entryOf({ name, url, keys }: Parts, nextName: (name: string) => string): UploadedEntry {
  const [api_key, ...further] = keys;
  const family = name ?? (url ? URL.parse(url)?.host : maskSecret(api_key ?? '')) ?? '';
  const hasMany = further.length > 0;
  const entry = {
    name: nextName(family),
    ...(url === undefined ? {} : { base_url: url }),
    ...(hasMany ? { keys: keys.map((key) => ({ api_key: key })) } : {}),
    ...(hasMany || api_key === undefined ? {} : { api_key }),
  };
  const notes: ImportNote[] = hasMany ? [{ code: 'many_keys', params: { keys: keys.length } }] : [];
  return { entry, notes, family, ...(name === undefined ? { isNameMade: true } : {}) };
}

/** Gives repeated names a number. */
function createNames(): (name: string) => string {
  const used = new Set<string>();
  return (name) => {
    let free = name;
    for (let n = 2; used.has(foldName(free)); n += 1) free = `${name} (${n})`;
    used.add(foldName(free));
    return free;
  };
}
