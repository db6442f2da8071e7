import { admin as en } from '../i18n/en/admin.ts';
import { alerts as enAlerts } from '../i18n/en/alerts.ts';
import { incidents as enIncidents } from '../i18n/en/incidents.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { admin as zh } from '../i18n/zh/admin.ts';
import { alerts as zhAlerts } from '../i18n/zh/alerts.ts';
import { incidents as zhIncidents } from '../i18n/zh/incidents.ts';

/** The texts of the administration and its login. */
export const adminTexts: PageTexts = {
  en: { ...en, ...enAlerts, ...enIncidents },
  zh: { ...zh, ...zhAlerts, ...zhIncidents },
};
