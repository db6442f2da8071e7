import { admin as en } from '../i18n/en/admin.ts';
import { adminRecords as enRecords } from '../i18n/en/admin-records.ts';
import type { PageTexts } from '../i18n/translate.ts';
import { admin as zh } from '../i18n/zh/admin.ts';
import { adminRecords as zhRecords } from '../i18n/zh/admin-records.ts';

/** What the administration and its login say, in every language. */
export const adminTexts: PageTexts = { en: { ...en, ...enRecords }, zh: { ...zh, ...zhRecords } };
