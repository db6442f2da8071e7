import { chooseRoute } from '@api-monitor/core';
import type { Translator } from '../../i18n/translate.ts';

/** What a model is made for that isn't asked because of its name; empty for all others. */
export function purposeText(model: string, { t }: Translator): string {
  const plan = chooseRoute(model);
  return plan.kind === 'skip' ? t(`purpose.${plan.purpose}`) : '';
}
