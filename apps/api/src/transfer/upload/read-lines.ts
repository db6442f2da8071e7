import { foldName } from '../fold-name.ts';
import { importLimits, tooMuch } from '../import-limits.ts';
import type { UploadedEntry } from '../import-notes.ts';

/** What people call the parts of a channel, before a colon or an equals sign. */
const labels =
  /(?<![\p{L}\d])(?:name|url|base[_ -]?url|address|endpoint|key|api[_ -]?key|token|openai[_ -]base[_ -]url|openai[_ -]api[_ -]key|名称|名字|渠道|地址|接口|网址|密钥|令牌)\s*[:：=]\s*/giu;
const address = /https?:\/\/[^\s,;|，；、"'<>]+/i;
const separators = /[\s,;|，；、"'<>]+/;
/** What providers and relays issue. */
const knownKey = /^(?:sk|pk|gsk|xai|key|ak|hf|AIza|AQ|r8|nvapi|fk|cpk|tp|ms)[-_.A-Za-z\d]{6,}$/;
/** Any other long text of letters and digits without a meaning. */
const likelyKey = /^(?=.*\d)(?=.*[A-Za-z])[\w.+/=~-]{20,}$/;

type Part = { url: string } | { key: string } | { name: string };
type Parts = { name?: string; url?: string; key?: string };

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
 * Channels from lines with a name, an address and a key in any order and between any separators. Parts of a
 * channel may also be on lines of their own. A channel without a name is called after its host. Throws
 * AppError `invalid_input` for more channels than an import may hold.
 */
export function readLines(text: string): UploadedEntry[] {
  const channels: Parts[] = [];
  let open: Parts = {};
  const close = () => {
    if (open.url !== undefined) channels.push(open);
    open = {};
    if (channels.length > importLimits.channels) throw tooMuch(`${importLimits.channels} channels`);
  };
  for (const line of text.split(/\r?\n/)) {
    const parts = partsOf(line);
    const found: Parts = Object.assign({}, ...parts);
    if (parts.length === 0 || Object.keys(found).some((name) => name in open)) close();
    open = { ...open, ...found };
    if (parts.length > 1 && open.key !== undefined) close();
  }
  close();
  const nextName = createNames();
  return channels.map((parts) => entryOf(parts, nextName));
}

function partsOf(raw: string): Part[] {
  const line = raw.trim();
  if (line === '' || line.startsWith('#')) return [];
  const bare = line.replaceAll(/-{3,}/g, ' ').replaceAll(labels, ' ');
  const url = address.exec(bare)?.[0];
  const rest = url === undefined ? bare : bare.replace(url, ' ');
  const words = rest.split(separators).filter(Boolean);
  const key =
    words.find((word) => knownKey.test(word)) ?? words.find((word) => likelyKey.test(word));
  const name = words
    .filter((word) => word !== key)
    .join(' ')
    .trim();
  return [
    ...(name === '' ? [] : [{ name }]),
    ...(url === undefined ? [] : [{ url }]),
    ...(key === undefined ? [] : [{ key }]),
  ];
}

function entryOf(
  { name, url = '', key }: Parts,
  nextName: (name: string) => string,
): UploadedEntry {
  const family = name ?? URL.parse(url)?.host ?? url;
  const api_key = key === undefined ? {} : { api_key: key };
  const entry = { name: nextName(family), base_url: url, ...api_key };
  return { entry, notes: [], family, ...(name === undefined ? { isNameMade: true } : {}) };
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
