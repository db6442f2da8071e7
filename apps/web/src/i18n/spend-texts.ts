import { spend as en } from './en/spend.ts';
import type { PageTexts } from './translate.ts';
import { spend as zh } from './zh/spend.ts';

/** The texts of the page of spend. */
export const spendTexts: PageTexts = { en, zh };
