import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { webhookAddress } from '../fields/webhook-address.ts';
import { jsonRequest } from '../json-request.ts';
import { fitText, inBytes } from '../text/fit-notice.ts';
import { type Markup, markdownByLookalikes } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';
import { outcomeOfErrcode } from './errcode-outcome.ts';

/** "不超过4096个字节" */
const longestBytes = 4096;

/** https://developer.work.weixin.qq.com/document/path/90313 */
const errcodes = {
  limited: new Set([45009, 45033]),
  blockedS: 60,
  unauthorized: new Set([40014, 93000]),
};

const markup: Markup = { ...markdownByLookalikes, newline: '\n' };

/**
 * A group by a bot: https://developer.work.weixin.qq.com/document/path/99110
 * It answers errors with status 200 and a code.
 */
export const wecom = defineAdapter({
  kind: 'wecom',
  name: { en: 'WeCom', zh: '企业微信' },
  docs: 'https://developer.work.weixin.qq.com/document/path/99110',
  rateLimits: [{ requests: 20, perS: 60 }],
  config: z.strictObject({ webhook_url: webhookAddress('wecom') }),
  fields: {
    webhook_url: {
      ...{ input: 'url', isSecret: true },
      label: { en: 'Webhook', zh: 'Webhook 地址' },
      help: { en: 'Group → Add bot.', zh: '群聊 → 添加群机器人。' },
    },
  },
  open: ({ webhook_url }) => ({
    transport: 'http',
    request(notice) {
      const parts = { withTitle: true, withLink: true };
      const content = fitText(shownNotice(notice), markup, parts, longestBytes, inBytes);
      return jsonRequest(webhook_url, { msgtype: 'markdown', markdown: { content } });
    },
    outcomeOf: (answer) => outcomeOfErrcode(answer, errcodes),
  }),
});
