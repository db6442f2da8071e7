import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { key, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, unreadable } from '../outcome.ts';
import { fitText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** Gotify has no limit; nobody reads more on a phone. */
const longestMessage = 8000;

const errorShape = z.object({ error: z.string(), errorDescription: z.string().default('') });
const messageShape = z.object({ id: z.number() });

const priorities = { critical: 8, warning: 5, info: 2 } as const;

/** An application of Gotify: https://gotify.net/docs/pushmsg, https://gotify.net/docs/msgextras */
export const gotify = defineAdapter({
  kind: 'gotify',
  name: { en: 'Gotify', zh: 'Gotify' },
  docs: 'https://gotify.net/docs/pushmsg',
  rateLimits: [{ requests: 60, perS: 60 }],
  config: z.strictObject({ server: serverUrl, token: key }),
  fields: {
    server: { input: 'url', label: { en: 'Server', zh: '服务器' } },
    token: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Application token', zh: '应用令牌' },
    },
  },
  open: ({ server, token }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      const parts = { withTitle: false, withLink: false };
      const body = {
        title: shown.markedTitle,
        message: fitText(shown, plain, parts, longestMessage),
        priority: priorities[notice.severity],
        extras: {
          'client::display': { contentType: 'text/plain' },
          ...(shown.link ? { 'client::notification': { click: { url: shown.link.url } } } : {}),
        },
      };
      return jsonRequest(`${server}/message`, body, { 'x-gotify-key': token });
    },
    outcomeOf(answer) {
      const error = readJson(answer, errorShape);
      if (error) return outcomeOfStatus(answer, `${error.error}: ${error.errorDescription}`);
      return readJson(answer, messageShape) ? outcomeOfStatus(answer, '') : unreadable(answer);
    },
  }),
});
