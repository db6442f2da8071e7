import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { optionalKey, optionalLine } from '../fields/field-schemas.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest } from '../json-request.ts';
import { fitText } from '../text/fit-notice.ts';
import { markdownByLookalikes } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';
import { outcomeOfErrcode } from './errcode-outcome.ts';
import { robotFields } from './robot-fields.ts';

/** The webhook's documentation names no limit; the same message as a work notice may have 5,000 characters. */
const longestText = 5000;

const errcodes = {
  limited: new Set([130101, 410100, 90030]),
  // More than 20 messages a minute.
  blockedS: 600,
  // A wrong signature, address or keyword; a token that doesn't exist; a robot that was turned off.
  unauthorized: new Set([310000, 300001, 300005, 400101, 400102]),
};

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
    ...robotFields,
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
    outcomeOf: (answer) => outcomeOfErrcode(answer, errcodes),
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
