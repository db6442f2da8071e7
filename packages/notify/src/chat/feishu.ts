import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { optionalKey, optionalLine } from '../fields/field-schemas.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, refused, retry, sent, unreadable } from '../outcome.ts';
import { type Tone, toneOf } from '../text/colours.ts';
import { fitNotice, inBytes, lineText } from '../text/fit-notice.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';
import { robotFields } from './robot-fields.ts';

/** A body may have 20 KB; the rest is for what surrounds the card. */
const longestCard = 19_500;

const answerShape = z.object({ code: z.number(), msg: z.string().default('') });

/** Frequency limited; the second is older. */
const limited = new Set([11232, 9499]);
/** A wrong signature or an old time, an address that isn't allowed, a keyword that is missing. */
const unauthorized = new Set([19021, 19022, 19024]);

const templates: Record<Tone, string> = {
  red: 'red',
  orange: 'orange',
  blue: 'blue',
  green: 'green',
};

/**
 * A group of Feishu or Lark by a custom bot: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 * It answers most errors with status 200 and a code. The card's texts are plain, so they need no escaping.
 */
export const feishu = defineAdapter({
  kind: 'feishu',
  name: { en: 'Feishu / Lark', zh: '飞书 / Lark' },
  docs: 'https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot',
  rateLimits: [
    { requests: 5, perS: 1 },
    { requests: 100, perS: 60 },
  ],
  config: z.strictObject({
    webhook_url: webhookAddress('feishu'),
    secret: optionalKey,
    keyword: optionalLine,
  }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Webhook', zh: 'Webhook 地址' },
      help: { en: 'Group settings → Bots → Custom bot.', zh: '群设置 → 群机器人 → 自定义机器人。' },
    },
    ...robotFields,
  },
  open: ({ webhook_url, secret, keyword }) => ({
    transport: 'http',
    request(notice, nowS) {
      const template = templates[toneOf(notice)];
      const fits = (one: ShownNotice) =>
        inBytes(JSON.stringify(cardOf(one, template, keyword))) <= longestCard;
      const shown = fitNotice(shownNotice(notice), fits);
      return jsonRequest(webhook_url, {
        ...(secret === '' ? {} : signatureOf(secret, nowS)),
        msg_type: 'interactive',
        card: cardOf(shown, template, keyword),
      });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      const words = `${read.msg} (${read.code})`;
      if (read.code === 0) return sent(answer, read.msg);
      if (limited.has(read.code)) return retry(answer, 'rate_limited', words);
      if (unauthorized.has(read.code)) return refused(answer, 'unauthorized', words);
      const isOk = answer.status >= 200 && answer.status < 300;
      return isOk ? refused(answer, 'rejected', words) : outcomeOfStatus(answer, words);
    },
  }),
});

/** The string to sign is the key, and the message is empty, as the documentation's examples have it. */
function signatureOf(secret: string, nowS: number) {
  const timestamp = String(Math.floor(nowS));
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
  return { timestamp, sign };
}

/** https://open.feishu.cn/document/feishu-cards/card-json-structure */
function cardOf(shown: ShownNotice, template: string, keyword: string) {
  const { title, lines, time, link } = shown;
  const text = (content: string) => ({ tag: 'plain_text', content });
  const marked = keyword === '' || title.includes(keyword) ? title : `${title} ${keyword}`;
  const button = link && { tag: 'button', type: 'default', text: text(link.label), url: link.url };
  return {
    config: { wide_screen_mode: true },
    header: { template, title: text(marked) },
    elements: [
      ...lines.map((line) => ({ tag: 'div', text: text(lineText(shown, line)) })),
      { tag: 'note', elements: [text(time)] },
      ...(button ? [{ tag: 'action', actions: [button] }] : []),
    ],
  };
}
