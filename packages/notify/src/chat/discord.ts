import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, retry } from '../outcome.ts';
import { hexOfTone, toneOf } from '../text/colours.ts';
import { fitText } from '../text/fit-notice.ts';
import type { Markup } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const longestTitle = 256;
const longestDescription = 4096;

/** https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit */
const answerShape = z.object({
  message: z.string().default(''),
  retry_after: z.number().optional(),
});

const markup: Markup = {
  // Discord takes a backslash before any punctuation mark.
  escape: (text) => text.replaceAll(/[\\`*_{}[\]()<>#+\-.!|~:@&]/g, String.raw`\$&`),
  strong: (text) => `**${text}**`,
  quoted: (text) => text,
  link: (label, url) => `[${label}](${url})`,
  newline: '\n',
};

/** A channel or thread by a webhook: https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const discord = defineAdapter({
  kind: 'discord',
  name: { en: 'Discord', zh: 'Discord' },
  docs: 'https://discord.com/developers/docs/resources/webhook#execute-webhook',
  rateLimits: [
    { requests: 5, perS: 2 },
    { requests: 30, perS: 60 },
  ],
  config: z.strictObject({ webhook_url: webhookAddress('discord') }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Webhook', zh: 'Webhook 地址' },
      help: {
        en: 'Channel settings → Integrations → Webhooks. ?thread_id=… at its end posts to a thread.',
        zh: '频道设置 → 整合 → Webhook。末尾加 ?thread_id=… 可发到帖子。',
      },
    },
  },
  open: ({ webhook_url }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      const parts = { withTitle: false, withLink: false };
      // With `wait` the answer says whether there is a message.
      const url = new URL(webhook_url);
      url.searchParams.set('wait', 'true');
      return jsonRequest(url.href, {
        embeds: [
          {
            title: fitTitle(shown.markedTitle),
            description: fitText(shown, markup, parts, longestDescription),
            color: Number.parseInt(hexOfTone[toneOf(notice)].slice(1), 16),
            ...(shown.link ? { url: shown.link.url } : {}),
          },
        ],
        allowed_mentions: { parse: [] },
      });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (answer.status >= 200 && answer.status < 300) return outcomeOfStatus(answer, '');
      if (!read) return outcomeOfStatus(answer);
      if (answer.status === 429)
        return retry(answer, 'rate_limited', read.message, read.retry_after);
      return outcomeOfStatus(answer, read.message);
    },
  }),
});

/** Without backslashes if they wouldn't fit: a title has no links and no mentions. */
function fitTitle(title: string): string {
  const escaped = markup.escape(title);
  return escaped.length <= longestTitle ? escaped : title;
}
