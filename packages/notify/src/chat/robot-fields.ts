import type { FieldAbout } from '../adapter.ts';

/** What robots of Feishu and of DingTalk can be set to check, and users forget. */
export const robotFields = {
  secret: {
    ...{ input: 'text', isSecret: true },
    label: { en: 'Signing secret', zh: '签名密钥' },
    help: {
      en: 'If the robot checks signatures.',
      zh: '机器人启用“签名校验”（加签）时填写。',
    },
  },
  keyword: {
    input: 'text',
    label: { en: 'Keyword', zh: '关键词' },
    help: {
      en: 'If the robot only takes messages with a keyword.',
      zh: '机器人启用“自定义关键词”时填写。',
    },
  },
} satisfies Record<string, FieldAbout>;
