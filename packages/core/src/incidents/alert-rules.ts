import { z } from 'zod';

/** When a person is told, with the bounds of each rule. */
export const alertRulesShape = z.object({
  failures_before_alert: z.int().min(1).max(100).describe('failed findings in a row'),
  down_for_s: z.int().min(0).max(86_400).describe('or failing for this long'),
  successes_before_recovery: z.int().min(1).max(100).describe('good findings in a row'),
  up_for_s: z
    .int()
    .min(0)
    .max(86_400)
    .describe('or good for this long: idle models are asked rarely'),
  flap_start_percent: z.int().min(1).max(100).describe('of changes within 21 findings'),
  flap_end_percent: z.int().min(0).max(99),
  reminder_min: z.int().min(0).max(10_080).describe('how often an open incident is told; 0: once'),
  latency_times: z
    .number()
    .min(0)
    .max(100)
    .describe('of the usual time to the first token, from which a model is slow; 0: never'),
  error_percent: z.int().min(0).max(100).describe("of a key's requests to a channel; 0: not told"),
  wrong_percent: z.int().min(0).max(100).describe("of a model's checked answers; 0: not told"),
  certificate_days: z
    .int()
    .min(0)
    .max(365)
    .describe('before the end of a certificate; 0: not told'),
  expiry_days: z.int().min(0).max(365).describe('before the end of a key or balance; 0: not told'),
  disk_free_percent: z.int().min(0).max(50).describe('of the disk, from which it is nearly full'),
  balance_below: z.number().min(0).max(1e12).describe('low, in its own unit; 0: not told'),
  balance_days: z.number().min(0).max(365).describe('low if it lasts for less; 0: not told'),
  fall_times: z.number().min(0).max(1000).describe('of the usual fall in a day; 0: not told'),
  budget_percent: z.int().min(0).max(100).describe('of a limit of a key; 0: not told'),
});
export type AlertRules = z.output<typeof alertRulesShape>;

export const alertRuleDefaults: AlertRules = {
  failures_before_alert: 2,
  down_for_s: 60,
  successes_before_recovery: 2,
  up_for_s: 300,
  flap_start_percent: 50,
  flap_end_percent: 25,
  reminder_min: 0,
  latency_times: 2,
  error_percent: 25,
  wrong_percent: 20,
  certificate_days: 14,
  expiry_days: 7,
  disk_free_percent: 10,
  balance_below: 1,
  balance_days: 3,
  fall_times: 3,
  budget_percent: 80,
};
