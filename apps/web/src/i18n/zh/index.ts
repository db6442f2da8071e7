import { apiDocs } from './api-docs.ts';
import { evidence } from './evidence.ts';
import { home } from './home.ts';
import { requests } from './requests.ts';
import { shell } from './shell.ts';
import { statusPage } from './status-page.ts';
import { viewer } from './viewer.ts';

export const zh = {
  ...shell,
  ...evidence,
  ...home,
  ...apiDocs,
  ...requests,
  ...statusPage,
  ...viewer,
} as const;
