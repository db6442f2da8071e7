import { spend as en } from '../i18n/en/spend.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { spend as zh } from '../i18n/zh/spend.ts';

/** The texts of the page of spend. */
export const spendTexts: PageTexts = { en, zh };
