import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { keyLike, optionalKey, optionalLine, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import type { Notice } from '../notice.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { fitNotice, inBytes, renderText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';

/** A longer message becomes an attachment, and a longer request is refused (server.go, readJSONWithLimit). */
const longestMessage = 4096;
const longestRequest = 2 * longestMessage;

const errorShape = z.object({ code: z.number(), error: z.string() });

/** https://docs.ntfy.sh/publish/#message-priority, https://docs.ntfy.sh/emojis/ */
const priorities = { critical: 5, warning: 4, info: 3 } as const;
const tags = {
  critical: 'red_circle',
  warning: 'orange_circle',
  info: 'large_blue_circle',
} as const;

/**
 * A topic of ntfy: https://docs.ntfy.sh/publish/#publish-as-json
 * In JSON, because its headers take ASCII alone.
 */
export const ntfy = defineAdapter({
  kind: 'ntfy',
  name: { en: 'ntfy', zh: 'ntfy' },
  docs: 'https://docs.ntfy.sh/publish/#publish-as-json',
  // https://docs.ntfy.sh/publish/#limitations
  rateLimits: [{ requests: 60, perS: 300 }],
  config: z
    .strictObject({
      server: serverUrl.default('https://ntfy.sh'),
      topic: keyLike(/^[-\w]{1,64}$/, 'my-alerts: letters, digits, - and _'),
      token: optionalKey,
      username: optionalLine,
      password: z.string().max(1024).default(''),
    })
    .superRefine(({ token, username }, context) => {
      if (token === '' || username === '') return;
      const message = 'must be empty if there is a token';
      context.addIssue({ code: 'custom', path: ['username'], message });
    }),
  fields: {
    server: { input: 'url', label: { en: 'Server', zh: '服务器' } },
    topic: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Topic', zh: '主题' },
      help: {
        en: 'On a public server everybody who knows the topic can read it.',
        zh: '在公共服务器上，任何知道主题名的人都能读取。',
      },
    },
    token: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Access token', zh: '访问令牌' },
    },
    username: { input: 'text', label: { en: 'User name', zh: '用户名' } },
    password: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Password', zh: '密码' },
    },
  },
  open: ({ server, topic, token, username, password }) => ({
    transport: 'http',
    request(notice) {
      const fits = (one: ShownNotice) =>
        inBytes(messageOf(one)) <= longestMessage &&
        inBytes(JSON.stringify(bodyOf(notice, one, topic))) <= longestRequest;
      const body = bodyOf(notice, fitNotice(shownNotice(notice), fits), topic);
      return jsonRequest(server, body, authorizationOf(token, username, password));
    },
    outcomeOf: (answer) => outcomeOfStatus(answer, readJson(answer, errorShape)?.error ?? ''),
  }),
});

function messageOf(shown: ShownNotice): string {
  return renderText(shown, plain, { withTitle: false, withLink: false });
}

function bodyOf({ kind, severity }: Notice, shown: ShownNotice, topic: string) {
  return {
    topic,
    title: shown.title,
    message: messageOf(shown),
    priority: priorities[severity],
    tags: [kind === 'recovered' ? 'green_circle' : tags[severity]],
    ...(shown.link ? { click: shown.link.url } : {}),
  };
}

function authorizationOf(token: string, username: string, password: string) {
  if (token !== '') return { authorization: `Bearer ${token}` };
  if (username === '') return {};
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return { authorization: `Basic ${basic}` };
}
