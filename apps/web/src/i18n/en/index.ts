import { apiDocs } from './api-docs.ts';
import { channelForm } from './channel-form.ts';
import { home } from './home.ts';
import { shell } from './shell.ts';
import { words } from './words.ts';

/** Every text that the pages show. `{name}` is filled in; `.one`/`.other` are chosen by `count`. */
export const en = {
  ...apiDocs,
  ...channelForm,
  ...home,
  ...shell,
  ...words,
} as const;
