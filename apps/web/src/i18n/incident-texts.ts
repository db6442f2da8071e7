import { incidents as en } from './en/incidents.ts';
import type { PageTexts } from './translate.ts';
import { incidents as zh } from './zh/incidents.ts';

/** The texts of the page of incidents, which the administration's log of deliveries shares. */
export const incidentTexts: PageTexts = { en, zh };
