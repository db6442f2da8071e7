import { type AlertRules, alertRuleDefaults, alertRulesShape } from '@api-monitor/core';
import { getSetting, setSettings } from '../admin/settings.ts';
import type { Database } from '../engine/database.ts';

const key = 'alert_rules';

/** When people are told, as an admin set it; the defaults for what isn't set. */
export async function readAlertRules(db: Database): Promise<AlertRules> {
  const text = await getSetting(db, key);
  if (text === null) return alertRuleDefaults;
  return (
    alertRulesShape.safeParse({ ...alertRuleDefaults, ...JSON.parse(text) }).data ??
    alertRuleDefaults
  );
}

export async function writeAlertRules(
  db: Database,
  rules: AlertRules,
  nowS: number,
): Promise<void> {
  await setSettings(db, { [key]: JSON.stringify(rules) }, nowS);
}
