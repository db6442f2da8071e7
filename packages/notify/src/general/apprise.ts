import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { optionalLine, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import type { Notice } from '../notice.ts';
import { outcomeOfStatus, refused, retry } from '../outcome.ts';
import { fitText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** Apprise cuts or splits a text for each service by itself. */
const longestText = 8000;
const noContent = 204;
/** At least one of the services wasn't told. */
const failedDependency = 424;

const errorShape = z.object({ error: z.string().nullish() });

const types = { critical: 'failure', warning: 'warning', info: 'info' } as const;

/**
 * All services that Apprise knows, by a container of its API: https://github.com/caronc/apprise-api#api-details
 * Either a key, whose configuration the container keeps, or the addresses themselves.
 */
export const apprise = defineAdapter({
  kind: 'apprise',
  name: { en: 'Apprise', zh: 'Apprise' },
  docs: 'https://github.com/caronc/apprise-api#api-details',
  rateLimits: [{ requests: 60, perS: 60 }],
  config: z
    .strictObject({
      server: serverUrl,
      key: z
        .string()
        .trim()
        .regex(/^[\w-]{0,128}$/, 'must be at most 128 letters, digits, - and _')
        .default(''),
      urls: z.array(z.string().trim().min(1).max(2048)).max(50).default([]),
      tag: optionalLine,
    })
    .superRefine(({ key, urls, tag }, context) => {
      const refuse = (path: 'key' | 'urls' | 'tag', message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (key === '' && urls.length === 0) refuse('key', 'is required, unless there are addresses');
      if (key !== '' && urls.length > 0) refuse('urls', 'must be empty if there is a key');
      if (key === '' && tag !== '') refuse('tag', 'must be empty if there is no key');
    }),
  fields: {
    server: { input: 'url', label: { en: 'Apprise API server', zh: 'Apprise API 服务器' } },
    key: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Configuration key', zh: '配置键' },
    },
    urls: {
      ...{ input: 'lines', isSecret: true },
      label: { en: 'Addresses', zh: '地址' },
      help: { en: 'Instead of a key.', zh: '不使用配置键时填写。' },
    },
    tag: { input: 'text', label: { en: 'Tag', zh: '标签' } },
  },
  open: ({ server, key, urls, tag }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      return jsonRequest(`${server}/notify/${key}`, {
        title: shown.title,
        body: fitText(shown, plain, { withTitle: false, withLink: true }, longestText),
        type: typeOf(notice),
        format: 'text',
        ...(tag === '' ? {} : { tag }),
        ...(key === '' ? { urls } : {}),
      });
    },
    outcomeOf(answer) {
      if (answer.status === noContent) {
        const unknown = key === '' ? 'knows none of these addresses' : 'has nothing for this key';
        return refused(answer, 'not_found', `the server ${unknown}`);
      }
      const read = readJson(answer, errorShape);
      const words = read ? (read.error ?? '') : answer.body;
      // If only some services failed, another attempt would tell the others again.
      const mayRetry = answer.status === failedDependency && urls.length === 1;
      return mayRetry ? retry(answer, 'server_error', words) : outcomeOfStatus(answer, words);
    },
  }),
});

function typeOf({ kind, severity }: Notice): string {
  return kind === 'recovered' ? 'success' : types[severity];
}
