import { analysis as en } from './en/analysis.ts';
import type { PageTexts } from './translate.ts';
import { analysis as zh } from './zh/analysis.ts';

/** The texts of the page of analysis. */
export const analysisTexts: PageTexts = { en, zh };
