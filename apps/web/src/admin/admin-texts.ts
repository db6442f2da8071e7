import { admin as en } from '../i18n/en/admin.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { admin as zh } from '../i18n/zh/admin.ts';

/** The texts of the administration and its login. */
export const adminTexts: PageTexts = { en, zh };
