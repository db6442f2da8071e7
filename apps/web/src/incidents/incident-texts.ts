import { incidents as en } from '../i18n/en/incidents.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { incidents as zh } from '../i18n/zh/incidents.ts';

/** The texts of the page of incidents, which the administration's log of deliveries shares. */
export const incidentTexts: PageTexts = { en, zh };
