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
};
