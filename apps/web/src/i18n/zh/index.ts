import { apiDocs } from './api-docs.ts';
import { channelForm } from './channel-form.ts';
import { gateway } from './gateway.ts';
import { home } from './home.ts';
import { publicStatus } from './public-status.ts';
import { page } from './page.ts';
import { shell } from './shell.ts';
import { viewer } from './viewer.ts';
import { words } from './words.ts';

export const zh = {
  ...apiDocs,
  ...channelForm,
  ...gateway,
  ...home,
  ...publicStatus,
  ...page,
  ...viewer,
  ...shell,
  ...words,
} as const;
