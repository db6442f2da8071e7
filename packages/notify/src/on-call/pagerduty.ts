import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { keyLike } from '../fields/field-schemas.ts';
import { jsonRequest, readJson } from '../json-request.ts';
import type { Notice } from '../notice.ts';
import { outcomeOfStatus } from '../outcome.ts';
import { shortKey } from '../short-key.ts';
import { cutText } from '../text/clean-text.ts';
import { fitText } from '../text/fit-notice.ts';
import { plain } from '../text/markup.ts';
import { type ShownNotice, shownNotice } from '../text/shown-notice.ts';

/** https://developer.pagerduty.com/docs/events-api-v2-trigger-events */
const longestSummary = 1024;
const longestDedupKey = 255;
/** The whole event may have 512 KB. */
const longestDetails = 50_000;

const answerShape = z.object({
  status: z.string().default(''),
  message: z.string().default(''),
  errors: z.array(z.string()).default([]),
});

const regions = {
  us: { en: 'United States', zh: '美国' },
  eu: { en: 'Europe', zh: '欧洲' },
} as const;

/**
 * A service of PagerDuty by Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview
 * All notices about an incident have one deduplication key, and its recovery resolves the alert. A test or a
 * digest makes an alert of its own.
 */
export const pagerduty = defineAdapter({
  kind: 'pagerduty',
  name: { en: 'PagerDuty', zh: 'PagerDuty' },
  docs: 'https://developer.pagerduty.com/docs/events-api-v2-overview',
  // For each integration.
  rateLimits: [{ requests: 120, perS: 60 }],
  config: z.strictObject({
    routing_key: keyLike(/^[\da-zA-Z]{32}$/, '32 letters and digits'),
    region: z.enum(['us', 'eu']).default('us'),
  }),
  fields: {
    routing_key: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Integration key', zh: '集成密钥' },
      help: {
        en: 'Service → Integrations → Events API V2.',
        zh: 'Service → Integrations → Events API V2。',
      },
    },
    region: { input: 'choice', choices: regions, label: { en: 'Region', zh: '区域' } },
  },
  open: ({ routing_key, region }) => ({
    transport: 'http',
    request(notice) {
      const host = region === 'eu' ? 'events.eu.pagerduty.com' : 'events.pagerduty.com';
      const event = {
        routing_key,
        event_action: notice.kind === 'recovered' ? 'resolve' : 'trigger',
        dedup_key: shortKey(notice.incidentKey ?? notice.idempotencyKey, longestDedupKey),
      };
      const shown = shownNotice(notice);
      return jsonRequest(`https://${host}/v2/enqueue`, { ...event, ...detailsOf(notice, shown) });
    },
    outcomeOf(answer) {
      const read = readJson(answer, answerShape);
      if (!read) return outcomeOfStatus(answer);
      return outcomeOfStatus(answer, [read.message || read.status, ...read.errors].join(': '));
    },
  }),
});

function detailsOf({ severity, timeS }: Notice, shown: ShownNotice) {
  const { title, link } = shown;
  const parts = { withTitle: false, withLink: false };
  return {
    client: 'API Monitor',
    ...(link ? { client_url: link.url, links: [{ href: link.url, text: link.label }] } : {}),
    payload: {
      summary: cutText(title, longestSummary),
      source: 'API Monitor',
      severity,
      timestamp: new Date(timeS * 1000).toISOString(),
      custom_details: { text: fitText(shown, plain, parts, longestDetails) },
    },
  };
}
