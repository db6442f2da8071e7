import { analysis as en } from '../i18n/en/analysis.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { analysis as zh } from '../i18n/zh/analysis.ts';

/** The texts of the page of analysis. */
export const analysisTexts: PageTexts = { en, zh };
