import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { optionalKey, optionalLine } from '../fields/field-schemas.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { refused, retry, sent, unreadable } from '../outcome.ts';
import { fitText } from '../text/fit-notice.ts';
import { markdownByLookalikes } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** The documentation of the webhook names no limit; that of the same message from an app is 5,000 characters. */
const longestText = 5000;

const answerShape = z.object({ errcode: z.number(), errmsg: z.string().default('') });

/** Who sends more than 20 messages a minute is blocked for ten minutes. */
const limited = new Set([130101, 410100, 90030]);
const blockedS = 600;
const busy = -1;
/** A wrong signature, address or keyword; a token that doesn't exist; a robot that was turned off. */
const unauthorized = new Set([310000, 300001, 300005, 400101, 400102]);

/**
 * A group by a custom robot: https://open.dingtalk.com/document/orgapp/custom-robot-access
 * It answers errors with status 200 and a code.
 */
export const dingtalk = defineAdapter({
  kind: 'dingtalk',
  name: { en: 'DingTalk', zh: '钉钉' },
  docs: 'https://open.dingtalk.com/document/orgapp/custom-robot-access',
  rateLimits: [{ requests: 20, perS: 60 }],
  config: z.strictObject({
    webhook_url: webhookAddress('dingtalk'),
    secret: optionalKey,
    keyword: optionalLine,
  }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Webhook', zh: 'Webhook 地址' },
      help: { en: 'Group settings → Bots → Custom.', zh: '群设置 → 机器人 → 自定义。' },
    },
    secret: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Signing secret', zh: '加签密钥' },
      help: { en: 'SEC…, if the robot checks signatures.', zh: 'SEC…，机器人启用“加签”时填写。' },
    },
    keyword: {
      input: 'text',
      label: { en: 'Keyword', zh: '关键词' },
      help: {
        en: 'If the robot only takes messages with a keyword.',
        zh: '机器人启用“自定义关键词”时填写。',
      },
    },
  },
  open: ({ webhook_url, secret, keyword }) => ({
    transport: 'http',
    request(notice, nowS) {
      const shown = shownNotice(notice);
      const parts = { withTitle: true, withLink: true };
      const text = fitText(shown, markdownByLookalikes, parts, longestText - keyword.length - 2);
      return jsonRequest(signed(webhook_url, secret, nowS), {
        msgtype: 'markdown',
        markdown: {
          title: shown.markedTitle,
          text: keyword === '' || text.includes(keyword) ? text : `${text}\n\n${keyword}`,
        },
        at: { isAtAll: false },
      });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      const words = `${read.errmsg} (${read.errcode})`;
      if (read.errcode === 0) return sent(answer, read.errmsg);
      if (limited.has(read.errcode)) return retry(answer, 'rate_limited', words, blockedS);
      if (read.errcode === busy) return retry(answer, 'server_error', words);
      const reason = unauthorized.has(read.errcode) ? 'unauthorized' : 'rejected';
      return refused(answer, reason, words);
    },
  }),
});

/** https://open.dingtalk.com/document/orgapp/customize-robot-security-settings */
function signed(address: string, secret: string, nowS: number): string {
  if (secret === '') return address;
  const timestamp = String(Math.floor(nowS * 1000));
  const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  const url = new URL(address);
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', sign);
  return url.href;
}
