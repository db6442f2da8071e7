import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { type Tone, toneOf } from '../text/colours.ts';
import { fitNotice, inBytes } from '../text/fit-notice.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';

/** "The message size limit is 28 KB", for workflows and bots alike. */
const longestBody = 28_000;

/** https://adaptivecards.io/explorer/TextRun.html */
const colours: Record<Tone, string> = {
  red: 'Attention',
  orange: 'Warning',
  blue: 'Accent',
  green: 'Good',
};

const errorShape = z.object({ error: z.object({ message: z.string() }) });

/**
 * A channel or chat by a workflow that starts "When a Teams webhook request is received":
 * https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
 * It takes an adaptive card, whose text runs know no Markdown (https://adaptivecards.io/explorer/TextRun.html).
 */
export const teams = defineAdapter({
  kind: 'teams',
  name: { en: 'Microsoft Teams', zh: 'Microsoft Teams' },
  docs: 'https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook',
  // The flow's bot: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
  rateLimits: [
    { requests: 4, perS: 1 },
    { requests: 60, perS: 30 },
  ],
  config: z.strictObject({ webhook_url: webhookAddress('teams') }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Workflow address', zh: '工作流地址' },
      help: {
        en: 'Workflows → “Post to a channel when a webhook request is received”.',
        zh: '工作流 → “收到 Webhook 请求时发布到频道”。',
      },
    },
  },
  open: ({ webhook_url }) => ({
    transport: 'http',
    request(notice) {
      const colour = colours[toneOf(notice)];
      const fits = (one: ShownNotice) =>
        inBytes(JSON.stringify(messageOf(one, colour))) <= longestBody;
      return jsonRequest(webhook_url, messageOf(fitNotice(shownNotice(notice), fits), colour));
    },
    // 202: the workflow was started.
    outcomeOf: (answer) =>
      outcomeOfStatus(answer, readJson(answer, errorShape)?.error.message ?? answer.body),
  }),
});

function messageOf({ title, lines, time, link, colon }: ShownNotice, color: string) {
  const text = (run: object) => ({ type: 'TextRun', ...run });
  const block = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines });
  const shown = lines.map(({ label, text: words, isQuoted }) =>
    block(
      ...(label === null ? [] : [text({ text: `${label}${colon}`, weight: 'Bolder' })]),
      text({ text: words, ...(isQuoted ? { fontType: 'Monospace' } : {}) }),
    ),
  );
  return {
    type: 'message',
    summary: title,
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            block(text({ text: title, weight: 'Bolder', size: 'Medium', color })),
            ...shown,
            block(text({ text: time, isSubtle: true })),
          ],
          actions: link ? [{ type: 'Action.OpenUrl', title: link.label, url: link.url }] : [],
        },
      },
    ],
  };
}
