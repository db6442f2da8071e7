import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { key, keyLike, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, retry } from '../outcome.ts';
import { shortKey } from '../short-key.ts';
import { fitText, inBytes } from '../text/fit-notice.ts';
import { html, plain } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** An event may have 65,536 bytes (https://spec.matrix.org/latest/client-server-api/#size-limits); it has the text twice. */
const longestText = 24_000;

/** https://spec.matrix.org/latest/client-server-api/#standard-error-response */
const errorShape = z.object({
  errcode: z.string(),
  error: z.string().default(''),
  retry_after_ms: z.number().optional(),
});

/**
 * A room: https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 * The server keeps an attempt with the same transaction id from becoming a second message.
 */
export const matrix = defineAdapter({
  kind: 'matrix',
  name: { en: 'Matrix', zh: 'Matrix' },
  docs: 'https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid',
  // Each server has its own; Synapse's default for messages (rc_message).
  rateLimits: [{ requests: 10, perS: 50 }],
  config: z.strictObject({
    server: serverUrl,
    access_token: key,
    room_id: keyLike(/^![\x21-\x7e]+$/, '!abc:example.com, the internal id of a room'),
  }),
  fields: {
    server: {
      input: 'url',
      label: { en: 'Homeserver', zh: '主服务器' },
    },
    access_token: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Access token', zh: '访问令牌' },
    },
    room_id: {
      input: 'text',
      label: { en: 'Room id', zh: '房间 ID' },
      help: {
        en: 'Room settings → Advanced. The account must have joined; messages aren’t encrypted.',
        zh: '房间设置 → 高级。账号须已加入房间；消息不加密。',
      },
    },
  },
  open: ({ server, access_token, room_id }) => ({
    transport: 'http',
    request(notice) {
      const shown = shownNotice(notice);
      const parts = { withTitle: true, withLink: true };
      const room = encodeURIComponent(room_id);
      const transaction = shortKey(notice.idempotencyKey, 128);
      const path = `/_matrix/client/v3/rooms/${room}/send/m.room.message/${transaction}`;
      const body = {
        msgtype: 'm.text',
        body: fitText(shown, plain, parts, longestText, inBytes),
        format: 'org.matrix.custom.html',
        formatted_body: fitText(shown, html, parts, longestText, inBytes),
        // Nobody is mentioned, whatever the text says.
        'm.mentions': {},
      };
      const request = jsonRequest(`${server}${path}`, body, {
        authorization: `Bearer ${access_token}`,
      });
      return { ...request, method: 'PUT' };
    },
    outcomeOf(answer) {
      const read = readJson(answer, errorShape);
      if (!read) return outcomeOfStatus(answer);
      const words = `${read.errcode}: ${read.error}`;
      if (answer.status !== 429) return outcomeOfStatus(answer, words);
      const ms = read.retry_after_ms;
      return retry(answer, 'rate_limited', words, ms === undefined ? undefined : ms / 1000);
    },
  }),
});
