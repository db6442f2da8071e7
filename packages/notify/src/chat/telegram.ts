import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { keyLike, serverUrl } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus, retry, unreadable } from '../outcome.ts';
import { fitText } from '../text/fit-notice.ts';
import { html, type Markup } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** "1-4096 characters after entities parsing" (https://core.telegram.org/bots/api#sendmessage). */
const longestText = 4096;

const answerShape = z.object({
  ok: z.boolean(),
  description: z.string().default(''),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .default({}),
});

/** Telegram makes commands and tags of `/word`, `#word` and `$word`, except in code. */
const markup: Markup = {
  ...html,
  escape: (text) => html.escape(text.replaceAll(/(?<!\S)[/#$](?=\S)/g, '$&\u200b')),
  newline: '\n',
};

/** A chat, group or channel by a bot: https://core.telegram.org/bots/api#sendmessage */
export const telegram = defineAdapter({
  kind: 'telegram',
  name: { en: 'Telegram', zh: 'Telegram' },
  docs: 'https://core.telegram.org/bots/api#sendmessage',
  // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
  rateLimits: [
    { requests: 30, perS: 1 },
    { requests: 20, perS: 60 },
  ],
  config: z.strictObject({
    bot_token: keyLike(/^\d+:[\w-]{20,}$/, '123456789:ABC…, as @BotFather gives it'),
    chat_id: keyLike(/^(?:-?\d{1,20}|@\w{4,})$/, '-1001234567890 or @channel'),
    topic_id: z
      .string()
      .trim()
      .regex(/^\d{0,12}$/, 'must be a number')
      .default(''),
    server: serverUrl.default('https://api.telegram.org'),
  }),
  fields: {
    bot_token: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Bot token', zh: '机器人令牌' },
      help: { en: 'From @BotFather.', zh: '由 @BotFather 提供。' },
    },
    chat_id: {
      input: 'text',
      label: { en: 'Chat', zh: '聊天' },
      help: {
        en: 'The id of a chat or group, or @name of a public channel. The bot must be a member.',
        zh: '聊天或群组的 ID，或公开频道的 @名称。机器人必须已加入。',
      },
    },
    topic_id: {
      input: 'text',
      label: { en: 'Topic', zh: '话题' },
      help: { en: 'In a group with topics: the id of one.', zh: '群组启用话题时：话题 ID。' },
    },
    server: {
      input: 'url',
      label: { en: 'Server', zh: '服务器' },
      help: { en: 'A Bot API server or mirror.', zh: 'Bot API 服务器或镜像。' },
    },
  },
  open: ({ bot_token, chat_id, topic_id, server }) => ({
    transport: 'http',
    request: (notice) =>
      jsonRequest(`${server}/bot${bot_token}/sendMessage`, {
        chat_id,
        ...(topic_id === '' ? {} : { message_thread_id: Number(topic_id) }),
        text: fitText(
          shownNotice(notice),
          markup,
          { withTitle: true, withLink: true },
          longestText,
        ),
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        disable_notification: notice.severity === 'info' && notice.kind !== 'test',
      }),
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return unreadable(answer);
      const { description, parameters } = read;
      if (answer.status === 429) {
        return retry(answer, 'rate_limited', description, parameters.retry_after);
      }
      const moved = parameters.migrate_to_chat_id;
      return outcomeOfStatus(answer, moved ? `${description} (now ${moved})` : description);
    },
  }),
});
