import { admin as en } from './en/admin.ts';
import { alerts as enAlerts } from './en/alerts.ts';
import { incidents as enIncidents } from './en/incidents.ts';
import type { PageTexts } from './translate.ts';
import { admin as zh } from './zh/admin.ts';
import { alerts as zhAlerts } from './zh/alerts.ts';
import { incidents as zhIncidents } from './zh/incidents.ts';

/** The texts of the administration and its login. */
export const adminTexts: PageTexts = {
  en: { ...en, ...enAlerts, ...enIncidents },
  zh: { ...zh, ...zhAlerts, ...zhIncidents },
};
