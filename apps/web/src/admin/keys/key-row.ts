import type { KeyBudget, KeyTotals, ProxyKey } from '../../api/wire-types.ts';
import { formatMoney } from '../../format/money.ts';
import type { Translator } from '../../i18n/translate.ts';
import { budgetLines } from './budget-lines.ts';

/** What the rules of the alerts say unless an admin changes them. */
const usualAlertPercent = 80;

const tones = { active: 'ok', paused: 'warn', expired: 'warn', revoked: 'idle' } as const;

export function keyStateOf(key: ProxyKey, nowS: number): keyof typeof tones {
  if (key.revoked_at !== null) return 'revoked';
  if (key.expires_at !== null && key.expires_at <= nowS) return 'expired';
  return key.enabled ? 'active' : 'paused';
}

interface KeyDetails {
  usage: KeyTotals | undefined;
  budgets: readonly KeyBudget[];
  /** What money is called. */
  currency: string;
  nameOf(targetId: number): string;
  nowS: number;
}

/** A proxy key, ready to print. */
export function keyRow(key: ProxyKey, details: KeyDetails, translator: Translator) {
  const { usage, budgets, currency, nameOf, nowS } = details;
  const state = keyStateOf(key, nowS);
  return {
    id: key.id,
    name: key.name,
    prefix: `${key.key_prefix}…`,
    description: key.description,
    state,
    stateText: translator.t(`admin.keys.${state}`),
    tone: tones[state],
    limitsText: limitsText(key, details, translator),
    lastUsedAt: key.last_used_at,
    lastUsedOn: key.last_used_target_id === null ? '' : nameOf(key.last_used_target_id),
    usageText: usageText(usage, translator),
    budgets: budgetLines(
      budgets,
      { currency, alertPercent: key.budget_alert_percent ?? usualAlertPercent },
      translator,
    ),
  };
}

function limitsText(
  key: ProxyKey,
  { nameOf, currency }: KeyDetails,
  { language, t, count, formats }: Translator,
): string {
  const parts: string[] = [];
  const channels = key.allowed_target_ids.map(nameOf).filter(Boolean);
  if (key.allowed_target_ids.length > 0) {
    const isFew = channels.length > 0 && channels.length <= 3;
    parts.push(
      isFew ? channels.join(', ') : count('admin.keys.channels', key.allowed_target_ids.length),
    );
  }
  if (key.allowed_models.length > 0) {
    parts.push(count('admin.keys.models', key.allowed_models.length));
  }
  if (key.rpm_limit !== null)
    parts.push(t('admin.keys.rpm', { n: formats.number.format(key.rpm_limit) }));
  if (key.tpm_limit !== null)
    parts.push(t('admin.keys.tpm', { n: formats.number.format(key.tpm_limit) }));
  if (key.max_price !== null)
    parts.push(t('admin.keys.up_to', { price: formatMoney(key.max_price, currency, language) }));
  if (key.expires_at !== null) {
    const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    parts.push(t('admin.keys.until', { date: date.format(key.expires_at * 1000) }));
  }
  return parts.length === 0 ? t('admin.keys.unlimited') : parts.join(' · ');
}

function usageText(usage: KeyTotals | undefined, { language, t }: Translator): string {
  if (!usage || usage.requests === 0) return t('admin.keys.unused');
  const number = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  return t('admin.keys.usage', {
    requests: number.format(usage.requests),
    tokens: number.format(usage.input_tokens + usage.output_tokens),
  });
}
