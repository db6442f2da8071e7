import { type AlertRules, alertRuleDefaults, namesOf, recordOf } from '@api-monitor/core';
import { idleAttempt, load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

const ruleNames = namesOf(alertRuleDefaults);
const asTexts = (rules: AlertRules) => recordOf(ruleNames, (name) => String(rules[name]));

/** When people are told. */
export function createAlertRulesPanel({ client, language, toasts, attempt, view }: AdminParts) {
  return {
    ...idleAttempt(asTexts(alertRuleDefaults)),
    phase: initially<Phase>('loading'),
    form: asTexts(alertRuleDefaults),
    init() {
      view.follow({ tab: 'alerts', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        this.form = asTexts((await answerOf(client.api.alerts.rules.$get())).item);
      });
    },
    async submit() {
      const json = recordOf(ruleNames, (name) => Number(this.form[name]));
      const isDone = await attempt(this, async () => {
        this.form = asTexts((await answerOf(client.api.alerts.rules.$patch({ json }))).item);
      });
      if (isDone) toasts.show(language.t('admin.saved'));
    },
  };
}
