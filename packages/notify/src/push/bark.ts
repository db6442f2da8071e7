import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { key, optionalLine, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import type { Notice } from '../notice.ts';
import { outcomeOfStatus, unreadable } from '../outcome.ts';
import { shortKey } from '../short-key.ts';
import { fitNotice, inBytes, renderText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';

/** Apple takes 4,096 bytes, of which the server needs some. */
const longestBody = 3500;
/** The server passes the id on as Apple's collapse id. */
const longestId = 64;

const answerShape = z.object({ code: z.number(), message: z.string().default('') });

/**
 * An iPhone by Bark: https://bark.day.app/#/en-us/tutorial
 * A second attempt has the same id, so it replaces the first one's notification.
 */
export const bark = defineAdapter({
  kind: 'bark',
  name: { en: 'Bark', zh: 'Bark' },
  docs: 'https://bark.day.app/#/en-us/tutorial',
  rateLimits: [{ requests: 60, perS: 60 }],
  config: z.strictObject({
    server: serverUrl.default('https://api.day.app'),
    device_key: key,
    group: optionalLine,
    sound: optionalLine,
    rings_when_muted: z.boolean().default(false),
  }),
  fields: {
    server: { input: 'url', label: { en: 'Server', zh: '服务器' } },
    device_key: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Device key', zh: '设备密钥' },
      help: {
        en: 'The part after the server in the address that the app shows.',
        zh: 'App 所示地址中服务器之后的一段。',
      },
    },
    group: { input: 'text', label: { en: 'Group', zh: '分组' } },
    sound: { input: 'text', label: { en: 'Sound', zh: '铃声' } },
    rings_when_muted: {
      input: 'switch',
      label: { en: 'Critical ones ring when muted', zh: '严重告警静音时也响铃' },
    },
  },
  open: ({ server, device_key, group, sound, rings_when_muted }) => ({
    transport: 'http',
    request(notice) {
      const bodyOf = (shown: ShownNotice) => ({
        device_key,
        title: shown.markedTitle,
        body: renderText(shown, plain, { withTitle: false, withLink: false }),
        level: levelOf(notice, rings_when_muted),
        id: shortKey(notice.idempotencyKey, longestId),
        isArchive: '1',
        ...(shown.link ? { url: shown.link.url } : {}),
        ...(group === '' ? {} : { group }),
        ...(sound === '' ? {} : { sound }),
      });
      const fits = (one: ShownNotice) => inBytes(JSON.stringify(bodyOf(one))) <= longestBody;
      return jsonRequest(`${server}/push`, bodyOf(fitNotice(shownNotice(notice), fits)));
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      // Old servers answer 200 with the code in the body alone.
      return outcomeOfStatus({ ...answer, status: read.code }, read.message);
    },
  }),
});

function levelOf({ severity }: Notice, ringsWhenMuted: boolean): string {
  if (severity === 'critical') return ringsWhenMuted ? 'critical' : 'timeSensitive';
  return severity === 'warning' ? 'active' : 'passive';
}
