import { createHmac } from 'node:crypto';
import { faultOfHeaderName } from '@api-monitor/core';
import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { faultOfWebUrl } from '../fields/field-schemas.ts';
import type { Notice } from '../notice.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { cleanLine } from '../text/clean-text.ts';
import { lineText, renderText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import {
  longestLine,
  longestTitle,
  mostLines,
  shownNotice,
  webLink,
} from '../text/shown-notice.ts';
import { faultOfTemplate, fillTemplate } from './webhook-template.ts';

/** Changes when a field changes its meaning or goes; new fields may come at any time. */
const schemaVersion = 1;

const address = z
  .string()
  .trim()
  .min(1)
  .max(2048)
  .superRefine((raw, context) => {
    const fault = faultOfWebUrl(raw);
    if (fault) context.addIssue({ code: 'custom', message: fault, params: { code: 'wrong_url' } });
  });

const headerLine = z
  .string()
  .trim()
  .max(4096)
  .superRefine((line, context) => {
    const fault = faultOfHeaderLine(line);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

const template = z
  .string()
  .trim()
  .max(16_384)
  .default('')
  .superRefine((text, context) => {
    const message = text === '' ? null : faultOfTemplate(text);
    if (message) context.addIssue({ code: 'custom', message, params: { code: 'wrong_template' } });
  });

/**
 * Any HTTP server. The body is JSON of our own (`schema_version`), or a template's. With a secret, the header
 * `x-api-monitor-signature` is `v1=` and the HMAC-SHA256, in hex, of `x-api-monitor-timestamp`, a dot and the
 * body. `idempotency-key` is the same for each attempt.
 */
export const webhook = defineAdapter({
  kind: 'webhook',
  name: { en: 'Webhook', zh: 'Webhook' },
  docs: null,
  rateLimits: [{ requests: 60, perS: 60 }],
  config: z.strictObject({
    url: address,
    method: z.enum(['POST', 'PUT']).default('POST'),
    secret: z.string().trim().max(256).default(''),
    headers: z.array(headerLine).max(20).default([]),
    template,
  }),
  fields: {
    url: { ...{ input: 'url', isSecret: true }, label: { en: 'Address', zh: '地址' } },
    method: {
      input: 'choice',
      choices: { POST: { en: 'POST', zh: 'POST' }, PUT: { en: 'PUT', zh: 'PUT' } },
      label: { en: 'Method', zh: '方法' },
    },
    secret: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Signing secret', zh: '签名密钥' },
      help: {
        en: 'X-Api-Monitor-Signature: v1= and the HMAC-SHA256 of timestamp.body in hex.',
        zh: 'X-Api-Monitor-Signature：v1= 加上 timestamp.body 的 HMAC-SHA256（十六进制）。',
      },
    },
    headers: {
      ...{ input: 'lines', isSecret: true },
      label: { en: 'Headers', zh: '请求头' },
      help: { en: 'Name: value, one a line.', zh: '每行一个“名称: 值”。' },
    },
    template: {
      input: 'multiline',
      label: { en: 'Body', zh: '请求体' },
      help: {
        en: 'JSON with {{title}}, {{text}}, {{lines}}, {{link}}, {{kind}}, {{severity}}, {{at}}, {{time}}, {{id}}, {{incident}}, {{language}} and {{fields.…}} in its texts. Empty: JSON with all of them.',
        zh: 'JSON，文本中可用 {{title}}、{{text}}、{{lines}}、{{link}}、{{kind}}、{{severity}}、{{at}}、{{time}}、{{id}}、{{incident}}、{{language}} 和 {{fields.…}}。留空则发送包含全部内容的 JSON。',
      },
    },
  },
  open: ({ url, method, secret, headers, template: own }) => ({
    transport: 'http',
    request(notice, nowS) {
      const body = own === '' ? bodyOf(notice) : fillTemplate(own, valuesOf(notice));
      const timestamp = String(Math.floor(nowS));
      const hmac = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
      return {
        method,
        url,
        body,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'idempotency-key': headerText(notice.idempotencyKey),
          'x-api-monitor-event': notice.kind,
          'x-api-monitor-timestamp': timestamp,
          ...(secret === '' ? {} : { 'x-api-monitor-signature': `v1=${hmac}` }),
          ...Object.fromEntries(headers.map(parseHeaderLine)),
        },
      };
    },
    outcomeOf: (answer) => outcomeOfStatus(answer),
  }),
});

function bodyOf(notice: Notice): string {
  return JSON.stringify({
    schema_version: schemaVersion,
    ...factsOf(notice),
    title: cleanLine(notice.title, longestTitle),
    lines: notice.lines.slice(0, mostLines).map(({ label, text, isQuoted }) => ({
      label: label === null ? null : cleanLine(label, longestLine),
      text: cleanLine(text, longestLine),
      is_quoted: isQuoted,
    })),
    fields: Object.fromEntries(fieldsOf(notice)),
  });
}

/** For a template, whose result people may read. */
function valuesOf(notice: Notice) {
  const shown = shownNotice(notice);
  const fields = fieldsOf(notice).map(([name, value]) => [`fields.${name}`, value]);
  return {
    ...factsOf(notice),
    title: shown.title,
    text: renderText(shown, plain, { withTitle: false, withLink: true }),
    lines: shown.lines.map((one) => lineText(shown, one)),
    time: shown.time,
    ...Object.fromEntries(fields),
  };
}

function fieldsOf({ fields }: Notice): [name: string, value: unknown][] {
  return Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? cleanLine(value, longestLine) : value,
  ]);
}

function factsOf(notice: Notice) {
  const { idempotencyKey, incidentKey, kind, severity, language, timeS, link } = notice;
  const facts = { id: idempotencyKey, incident: incidentKey, kind, severity, language, at: timeS };
  return { ...facts, link: webLink(link) };
}

const line = /^([^\s:]+)\s*:\s*(.*)$/;

function faultOfHeaderLine(text: string): string | null {
  const [, name = '', value = ''] = line.exec(text) ?? [];
  if (name === '' || value === '') return 'must be "Name: value"';
  const fault = faultOfHeaderName(name);
  if (fault) return fault;
  if (/^x-api-monitor-|^idempotency-key$/i.test(name)) return 'must not be about one of our own';
  return /^[\x20-\x7e]*$/.test(value) ? null : 'must have a value in printable ASCII';
}

function parseHeaderLine(text: string): [name: string, value: string] {
  const [, name = '', value = ''] = line.exec(text) ?? [];
  return [name.toLowerCase(), value];
}

/** What a header may hold. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 256);
}
