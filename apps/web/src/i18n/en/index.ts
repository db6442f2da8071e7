import { apiDocs } from './api-docs.ts';
import { evidence } from './evidence.ts';
import { home } from './home.ts';
import { requests } from './requests.ts';
import { shell } from './shell.ts';
import { statusPage } from './status-page.ts';
import { viewer } from './viewer.ts';

/**
 * The texts that every page loads; the administration and the guide to the gateway add their own. `{name}`
 * is filled in, `count` chooses between `.one` and `.other`.
 */
export const en = {
  ...shell,
  ...evidence,
  ...home,
  ...apiDocs,
  ...requests,
  ...statusPage,
  ...viewer,
} as const;
