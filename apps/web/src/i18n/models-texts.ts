import { models as en } from './en/models.ts';
import type { PageTexts } from './translate.ts';
import { models as zh } from './zh/models.ts';

/** The texts of the page of models. */
export const modelsTexts: PageTexts = { en, zh };
