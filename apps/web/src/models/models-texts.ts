import { models as en } from '../i18n/en/models.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { models as zh } from '../i18n/zh/models.ts';

/** The texts of the page of models. */
export const modelsTexts: PageTexts = { en, zh };
