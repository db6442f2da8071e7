import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { key } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { shortKey } from '../short-key.ts';
import { cutText } from '../text/clean-text.ts';
import { fitText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

/** https://docs.opsgenie.com/docs/alert-api#create-alert */
const longestMessage = 130;
const longestAlias = 512;
const longestDescription = 15_000;
const longestNote = 25_000;

const answerShape = z.object({ result: z.string().optional(), message: z.string().optional() });

const priorities = { critical: 'P1', warning: 'P3', info: 'P5' } as const;

const servers = {
  us: 'https://api.opsgenie.com',
  eu: 'https://api.eu.opsgenie.com',
  jsm: 'https://api.atlassian.com/jsm/ops/integration',
} as const;
const regions = {
  us: { en: 'Opsgenie, United States', zh: 'Opsgenie 美国' },
  eu: { en: 'Opsgenie, Europe', zh: 'Opsgenie 欧洲' },
  jsm: { en: 'Jira Service Management', zh: 'Jira Service Management' },
} as const;

/**
 * Alerts of Opsgenie (https://docs.opsgenie.com/docs/alert-api) or of Jira Service Management, which has the
 * same (https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events).
 * All notices about an incident have one alias, and its recovery closes the alert.
 */
export const opsgenie = defineAdapter({
  kind: 'opsgenie',
  name: { en: 'Opsgenie / Jira Service Management', zh: 'Opsgenie / Jira Service Management' },
  docs: 'https://docs.opsgenie.com/docs/alert-api',
  rateLimits: [{ requests: 100, perS: 60 }],
  config: z.strictObject({ api_key: key, region: z.enum(['us', 'eu', 'jsm']).default('us') }),
  fields: {
    api_key: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'API key', zh: 'API 密钥' },
      help: { en: 'Of an API integration.', zh: 'API 集成的密钥。' },
    },
    region: { input: 'choice', choices: regions, label: { en: 'Service', zh: '服务' } },
  },
  open: ({ api_key, region }) => ({
    transport: 'http',
    request(notice) {
      const alerts = `${servers[region]}/v2/alerts`;
      const headers = { authorization: `GenieKey ${api_key}` };
      const alias = shortKey(notice.incidentKey ?? notice.idempotencyKey, longestAlias);
      const shown = shownNotice(notice);
      const text = (limit: number) =>
        fitText(shown, plain, { withTitle: false, withLink: true }, limit);
      const source = 'API Monitor';
      if (notice.kind === 'recovered') {
        const body = { source, note: text(longestNote) };
        return jsonRequest(`${alerts}/${alias}/close?identifierType=alias`, body, headers);
      }
      const alert = {
        message: cutText(shown.title, longestMessage),
        alias,
        description: text(longestDescription),
        priority: priorities[notice.severity],
        source,
      };
      return jsonRequest(alerts, alert, headers);
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      return outcomeOfStatus(answer, read?.message ?? read?.result ?? answer.body);
    },
  }),
});
