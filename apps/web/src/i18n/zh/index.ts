import { apiDocs } from './api-docs.ts';
import { channelForm } from './channel-form.ts';
import { home } from './home.ts';
import { shell } from './shell.ts';
import { words } from './words.ts';

export const zh = {
  ...apiDocs,
  ...channelForm,
  ...home,
  ...shell,
  ...words,
} as const;
