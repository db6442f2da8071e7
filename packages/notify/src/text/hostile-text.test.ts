import { describe, expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, nowS } from '../../test/loopback.ts';
import { type DestinationKind, destinationKinds } from '../adapter.ts';
import { adapters } from '../adapters.ts';
import type { Notice, NoticeLine } from '../notice.ts';

/** What channels may call themselves, and what providers may answer. */
const hostileTexts = [
  '<script>alert(1)</script><img src=x onerror=alert(1)> &amp; &lt;',
  '@everyone @here <@123> <@&45> <#67> <:smile:89> <t:1700000000>',
  '<!channel> <!here> <@U012> <https://evil.example|click> <mailto:a@evil.example>',
  '[click](https://evil.example) ![](https://evil.example/pixel.png) [x]: https://evil.example',
  '**bold** __bold__ *it* _it_ ~~gone~~ ||spoiler|| `code` ```block``` $$x$$',
  '# heading\n## heading\n> quote\n- list\n1. list\n---\n| a | b |',
  '<at id=all></at> <at user_id="all">all</at> <font color="warning">x</font> <@all>',
  '@13800000000 @all /stop #tag $AAPL',
  '\u202eevil\u202c\u0000\u0007\u001b[31mred\u009b0m\u2028next\u2029next',
  'subject\r\nBcc: victim@evil.example\r\n\r\nbody',
  '"}],"text":"owned","x":[{"y":"\\"}} {{title}} $title %s \\u0000 \\',
  'half \ud83d of a pair',
  'https://evil.example/login www.evil.example evil.example javascript:alert(1)',
  '错误：额度不足🙂'.repeat(150_000),
];

const notices: Notice[] = hostileTexts.map((hostile) => ({
  ...exampleNotice,
  title: hostile,
  lines: [
    { label: null, text: hostile, isQuoted: false },
    { label: hostile, text: hostile, isQuoted: true },
  ],
}));

/** The markup that is ours, and what a vendor would act upon if it were in the rest of a text. */
interface Dialect {
  /** The paths of the body's texts that are written in it. */
  paths: RegExp;
  own: readonly RegExp[];
  special: RegExp;
}

const link = 'https://monitor\\.example\\.com/incidents\\.html\\?id=7';
/** Addresses, and mentions or domains that an app would find by itself. */
const linkable = /:\/\/|\bwww\.|@[\p{L}\p{N}]|\bevil\.example/u;
const anything = (...parts: RegExp[]) =>
  new RegExp(parts.map(({ source }) => source).join('|'), 'u');
const withoutMarkup = (paths: RegExp): Dialect => ({
  ...{ paths, own: [new RegExp(`^${link}$`, 'm')], special: linkable },
});
const html = (paths: RegExp): Dialect => ({
  paths,
  own: [
    new RegExp(`<a href="${link}">Open</a>`),
    /<\/?(?:b|code)>|<br>\n/g,
    /&(?:amp|lt|gt|quot|#39);/g,
  ],
  special: anything(/[<>&"']/, linkable),
});
const byLookalikes = (paths: RegExp): Dialect => ({
  paths,
  own: [new RegExp(`\\[Open\\]\\(${link}\\)`), /^\*\*|\*\*(?= |$)/gm],
  special: anything(/[[\]<>*`~!#\\]/, /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u, linkable),
});

const dialects: Record<DestinationKind, readonly Dialect[]> = {
  // For programs, which get the text as it is.
  webhook: [{ paths: /^$/, own: [], special: /$^/ }],
  email: [withoutMarkup(/^(?:subject|text)$/), html(/^html$/)],
  telegram: [html(/^text$/), { paths: /^text$/, own: [], special: /(?:^|\s)[/#$][^\s\u200b]/ }],
  discord: [
    {
      paths: /^embeds\.0\.(?:title|description)$/,
      own: [/^\*\*|\*\*(?= |$)/gm, /\\[!-/:-@[-`{-~]/g],
      special: anything(/[\\*_~`|<>[\]()#@]/, linkable),
    },
  ],
  slack: [
    { ...withoutMarkup(/^text$/), special: anything(/[<>]|&(?!amp;|lt;|gt;)/, linkable) },
    withoutMarkup(/^attachments.*text$/),
  ],
  teams: [withoutMarkup(/text$|^summary$/)],
  matrix: [withoutMarkup(/^body$/), html(/^formatted_body$/)],
  feishu: [withoutMarkup(/content$/)],
  dingtalk: [byLookalikes(/^markdown\.text$/), withoutMarkup(/^markdown\.title$/)],
  wecom: [byLookalikes(/^markdown\.content$/)],
  serverchan: [
    {
      paths: /^desp$/,
      own: [
        new RegExp(`\\[Open\\]\\(${link}\\)`),
        /^\*\*|\*\*(?= |$)/gm,
        /\\[!-/:-@[-`{-~]/g,
        /&(?:amp|lt|gt);/g,
      ],
      special: anything(/[\\*_~`|<>[\]()#&$]/, linkable),
    },
    withoutMarkup(/^title$/),
  ],
  pushplus: [html(/^content$/), withoutMarkup(/^title$/)],
  bark: [withoutMarkup(/^(?:title|body)$/)],
  ntfy: [withoutMarkup(/^(?:title|message)$/)],
  gotify: [withoutMarkup(/^(?:title|message)$/)],
  pagerduty: [withoutMarkup(/^payload\.(?:summary|custom_details\.text)$/)],
  opsgenie: [withoutMarkup(/^(?:message|description)$/)],
  apprise: [withoutMarkup(/^(?:title|body)$/)],
};

describe.each(destinationKinds)('%s', (kind) => {
  test.each(notices.map((notice) => [notice.title.slice(0, 30), notice] as const))(
    'shows %j as text and acts upon none of it',
    (_, notice) => {
      const leaves = leavesOf(bodyOf(kind, notice));
      for (const [path, leaf] of leaves) {
        expect(leaf, path).not.toMatch(
          /(?!\n)\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }
      for (const { paths, own, special } of dialects[kind]) {
        const texts = [...leaves].filter(([path]) => paths.test(path));
        if (kind !== 'webhook') expect(texts).not.toEqual([]);
        for (const [path, text] of texts) {
          const foreign = own.reduce((rest, pattern) => rest.replaceAll(global(pattern), ''), text);
          expect(foreign, path).not.toMatch(special);
        }
      }
    },
  );

  test('has the same parts whatever the texts are', () => {
    const paths = (notice: Notice) => [...leavesOf(bodyOf(kind, notice)).keys()];
    const [first, ...others] = notices.slice(0, -1);
    if (!first) throw new Error('there are notices');
    for (const notice of others) expect(paths(notice)).toEqual(paths(first));
  });
});

/** The limit that each vendor documents, and how it measures. */
const limits: Record<DestinationKind, readonly [paths: RegExp, limit: number, unit: Unit][]> = {
  webhook: [[/^$/, 1_000_000, 'bytes']],
  email: [[/^subject$/, 200, 'utf16']],
  telegram: [[/^text$/, 4096, 'utf16']],
  discord: [
    [/title$/, 256, 'utf16'],
    [/description$/, 4096, 'utf16'],
  ],
  slack: [[/^attachments.*text$/, 3000, 'utf16']],
  teams: [[/^$/, 28 * 1024, 'bytes']],
  matrix: [[/^$/, 65_536 - 2048, 'bytes']],
  feishu: [[/^$/, 20_000, 'bytes']],
  dingtalk: [[/^markdown\.text$/, 5000, 'utf16']],
  wecom: [[/^markdown\.content$/, 4096, 'bytes']],
  serverchan: [
    [/^title$/, 32, 'utf16'],
    [/^desp$/, 32 * 1024, 'bytes'],
  ],
  pushplus: [
    [/^title$/, 100, 'utf16'],
    [/^content$/, 20_000, 'utf16'],
  ],
  bark: [[/^$/, 4096, 'bytes']],
  ntfy: [
    [/^message$/, 4096, 'bytes'],
    [/^$/, 8192, 'bytes'],
  ],
  gotify: [[/^message$/, 8000, 'utf16']],
  pagerduty: [
    [/summary$/, 1024, 'utf16'],
    [/^$/, 512 * 1024, 'bytes'],
  ],
  opsgenie: [
    [/^message$/, 130, 'utf16'],
    [/^description$/, 15_000, 'utf16'],
  ],
  apprise: [[/^body$/, 8000, 'utf16']],
};

type Unit = 'utf16' | 'bytes';

const fillers = { latin: 'a', chinese: '错', emoji: '🙂', markup: '<' };

describe.each(destinationKinds)('%s keeps its limits', (kind) => {
  test.each(Object.entries(fillers))('with lines of %s', (_, filler) => {
    const line = { label: 'Why', text: filler.repeat(5000), isQuoted: true };
    for (const count of [1, 3, 30, 1000]) {
      const notice = {
        ...exampleNotice,
        title: filler.repeat(5000),
        lines: Array<NoticeLine>(count).fill(line),
      };
      const body = bodyOf(kind, notice);
      const leaves = new Map([...leavesOf(body), ['', JSON.stringify(body)]]);
      for (const [paths, limit, unit] of limits[kind]) {
        const texts = [...leaves].filter(([path]) => paths.test(path)).map(([, text]) => text);
        const sizes = texts.map((text) =>
          unit === 'bytes' ? Buffer.byteLength(text) : text.length,
        );
        // Slack's limit is that of the whole block.
        const size =
          kind === 'slack' ? sizes.reduce((sum, one) => sum + one, 0) : Math.max(...sizes);
        expect(size).toBeLessThanOrEqual(limit);
        // What fits is used.
        const isList =
          paths.source !== '^$' &&
          count === 1000 &&
          /desc|text|content|body|desp/.test(paths.source);
        if (isList) expect(size).toBeGreaterThan(limit * 0.6);
      }
      for (const text of leaves.values()) expect(text.isWellFormed()).toBe(true);
    }
  });
});

/** What the adapter sends, as JSON. */
function bodyOf(kind: DestinationKind, notice: Notice): unknown {
  const opened = adapters[kind].open(exampleConfigs[kind]);
  if (!opened.ok) throw opened.error;
  const { channel } = opened;
  return channel.transport === 'http'
    ? JSON.parse(channel.request(notice, nowS).body)
    : channel.mail(notice);
}

/** The texts in a value, by their paths. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, item]) => [
      ...leavesOf(item, path === '' ? name : `${path}.${name}`),
    ]),
  );
}

function global({ source, flags }: RegExp): RegExp {
  return new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
}
