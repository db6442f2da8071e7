import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { keyLike, optionalKey } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { refused, retry, sent, unreadable } from '../outcome.ts';
import { cutText } from '../text/clean-text.ts';
import { fitText } from '../text/fit-notice.ts';
import { html } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** https://www.pushplus.plus/doc/guide/api.html; the shorter limits of accounts without membership. */
const longestTitle = 100;
const longestContent = 20_000;

const answerShape = z.object({ code: z.number(), msg: z.string().nullish() });
/** A fault of its own. */
const faults = new Set([500]);
/** Not signed in, the address isn't allowed, the token is wrong, nobody has proven who they are. */
const unauthorized = new Set([302, 401, 403, 903, 905]);

const channels = {
  wechat: { en: 'WeChat', zh: '微信公众号' },
  app: { en: 'App', zh: 'App' },
  mail: { en: 'Mail', zh: '邮件' },
} as const;

/**
 * WeChat by PushPlus: https://www.pushplus.plus/doc/guide/api.html
 * Its status is always 200. Code 900 means that the account is blocked for the day, and longer if more comes.
 */
export const pushplus = defineAdapter({
  kind: 'pushplus',
  name: { en: 'PushPlus', zh: 'PushPlus 推送加' },
  docs: 'https://www.pushplus.plus/doc/guide/api.html',
  rateLimits: [
    { requests: 5, perS: 60 },
    { requests: 200, perS: 86_400 },
  ],
  config: z.strictObject({
    token: keyLike(/^\w{16,64}$/, '32 letters and digits'),
    topic: optionalKey,
    channel: z.enum(['wechat', 'app', 'mail']).default('wechat'),
  }),
  fields: {
    token: { ...{ input: 'text', isSecret: true }, label: { en: 'Token', zh: 'Token' } },
    topic: {
      input: 'text',
      label: { en: 'Group code', zh: '群组编码' },
      help: { en: 'Empty: to yourself alone.', zh: '留空则仅发送给自己。' },
    },
    channel: { input: 'choice', choices: channels, label: { en: 'Channel', zh: '发送渠道' } },
  },
  open: ({ token, topic, channel }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      return jsonRequest('https://www.pushplus.plus/send', {
        token,
        title: cutText(shown.markedTitle, longestTitle),
        content: fitText(shown, html, { withTitle: true, withLink: true }, longestContent),
        template: 'html',
        channel,
        ...(topic === '' ? {} : { topic }),
      });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      const words = `${read.msg ?? ''} (${read.code})`;
      if (read.code === 200) return sent(answer, read.msg ?? '');
      if (faults.has(read.code)) return retry(answer, 'server_error', words);
      return refused(answer, unauthorized.has(read.code) ? 'unauthorized' : 'rejected', words);
    },
  }),
});
