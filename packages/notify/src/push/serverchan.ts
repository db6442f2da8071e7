import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { keyLike } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, refused, sent, unreadable } from '../outcome.ts';
import { cutText } from '../text/clean-text.ts';
import { fitText, inBytes } from '../text/fit-notice.ts';
import { markdown } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

const longestTitle = 32;
const longestText = 32_000;

const answerShape = z.object({
  code: z.number(),
  message: z.string().nullish(),
  info: z.string().nullish(),
});

/**
 * WeChat or the app of ServerChan, by the key's generation: Turbo (SCT…, https://sct.ftqq.com/sendkey) or
 * ServerChan³ (sctp…, https://doc.sc3.ft07.com/serverchan3/server/api). Errors may come with status 200.
 */
export const serverchan = defineAdapter({
  kind: 'serverchan',
  name: { en: 'ServerChan', zh: 'Server酱' },
  docs: 'https://doc.sc3.ft07.com/serverchan3/server/api',
  rateLimits: [{ requests: 30, perS: 60 }],
  config: z.strictObject({
    send_key: keyLike(/^(?:sctp\d+t\w+|SCT\w+)$/, 'SCT… or sctp…t…'),
  }),
  fields: {
    send_key: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'SendKey', zh: 'SendKey' },
      help: {
        en: 'Of ServerChan Turbo (SCT…) or ServerChan³ (sctp…).',
        zh: 'Server酱 Turbo（SCT…）或 Server酱³（sctp…）的 SendKey。',
      },
    },
  },
  open: ({ send_key }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      const parts = { withTitle: true, withLink: true };
      return jsonRequest(addressOf(send_key), {
        title: cutText(shown.markedTitle, longestTitle),
        desp: fitText(shown, markdown, parts, longestText, inBytes),
      });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      const words = [read.message, read.info].filter(Boolean).join(', ');
      const isOk = answer.status >= 200 && answer.status < 300;
      if (!isOk) return outcomeOfStatus(answer, `${words} (${read.code})`);
      if (read.code === 0) return sent(answer, words);
      return refused(answer, 'rejected', `${words} (${read.code})`);
    },
  }),
});

function addressOf(sendKey: string): string {
  const [, uid] = /^sctp(\d+)t/.exec(sendKey) ?? [];
  if (uid === undefined) return `https://sctapi.ftqq.com/${sendKey}.send`;
  return `https://${uid}.push.ft07.com/send/${sendKey}.send`;
}
