import { analysis } from './analysis.ts';
import { apiDocs } from './api-docs.ts';
import { channelForm } from './channel-form.ts';
import { charts } from './charts.ts';
import { home } from './home.ts';
import { offers } from './offers.ts';
import { page } from './page.ts';
import { publicStatus } from './public-status.ts';
import { requests } from './requests.ts';
import { shell } from './shell.ts';
import { viewer } from './viewer.ts';
import { words } from './words.ts';

/** Every text that more pages than one show, or that are few. `{name}` is filled in; `.one`/`.other` are chosen by `count`. */
export const en = {
  ...analysis,
  ...apiDocs,
  ...channelForm,
  ...home,
  ...publicStatus,
  ...charts,
  ...offers,
  ...page,
  ...viewer,
  ...requests,
  ...shell,
  ...words,
} as const;
