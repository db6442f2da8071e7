import { apiDocs } from './api-docs.ts';
import { channelForm } from './channel-form.ts';
import { gateway } from './gateway.ts';
import { home } from './home.ts';
import { publicStatus } from './public-status.ts';
import { shell } from './shell.ts';
import { words } from './words.ts';

export const zh = {
  ...apiDocs,
  ...channelForm,
  ...gateway,
  ...home,
  ...publicStatus,
  ...shell,
  ...words,
} as const;
