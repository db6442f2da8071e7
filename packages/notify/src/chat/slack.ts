import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest } from '../json-request.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { hexOfTone, toneOf } from '../text/colours.ts';
import { fitNotice } from '../text/fit-notice.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';

/** The limit of a text block (https://docs.slack.dev/reference/block-kit/blocks/section-block). */
const longestText = 3000;

type Element =
  | { type: 'text'; text: string; style?: { bold: true } | { code: true } }
  | { type: 'link'; url: string; text: string };

/**
 * A channel by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * The lines are rich text, whose texts Slack shows as they are: without links, mentions and markup.
 */
export const slack = defineAdapter({
  kind: 'slack',
  name: { en: 'Slack', zh: 'Slack' },
  docs: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
  // https://docs.slack.dev/apis/web-api/rate-limits
  rateLimits: [{ requests: 1, perS: 1 }],
  config: z.strictObject({ webhook_url: webhookAddress('slack') }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Webhook', zh: 'Webhook 地址' },
      help: {
        en: 'An incoming webhook of a Slack app. Addresses of Slack workflows take other messages.',
        zh: 'Slack 应用的传入 Webhook。Slack 工作流的地址格式不同，不能使用。',
      },
    },
  },
  open: ({ webhook_url }) => ({
    transport: 'http',
    request(notice) {
      const shown = fitNotice(
        shownNotice(notice),
        (one) => lengthOf(elementsOf(one)) <= longestText,
      );
      const section = { type: 'rich_text_section', elements: elementsOf(shown) };
      return jsonRequest(webhook_url, {
        text: escapeSlack(shown.markedTitle),
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
        attachments: [
          {
            color: hexOfTone[toneOf(notice)],
            blocks: [{ type: 'rich_text', elements: [section] }],
          },
        ],
      });
    },
    // Slack answers `ok`, or an error's name with its status.
    outcomeOf: (answer) => outcomeOfStatus(answer),
  }),
});

function elementsOf({ lines, time, link, colon }: ShownNotice): Element[] {
  const shown = lines.flatMap(({ label, text, isQuoted }): Element[] => [
    ...(label === null ? [] : [{ type: 'text' as const, text: `${label}${colon}`, style: bold }]),
    ...(text === '' ? [] : [{ type: 'text' as const, text, ...(isQuoted ? { style: code } : {}) }]),
    { type: 'text', text: '\n' },
  ]);
  const end: Element[] = link ? [{ type: 'text', text: '\n' }, linkTo(link)] : [];
  return [...shown, { type: 'text', text: time }, ...end];
}

const bold = { bold: true } as const;
const code = { code: true } as const;

function linkTo({ url, label }: { url: string; label: string }): Element {
  return { type: 'link', url, text: label };
}

function lengthOf(elements: readonly Element[]): number {
  return elements.reduce((sum, { text }) => sum + text.length, 0);
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
