import type { Route } from '@api-monitor/core';
import type { TextKey } from '../i18n/translate.ts';

/** What a reader's own examples are made of. */
export interface Setup {
  /** The gateway's origin, without a slash at its end. */
  address: string;
  key: string;
  model: string;
}

export interface Sample {
  /** A language, a file, or a form. */
  label: string;
  code(setup: Setup): string;
}

export const guideGroups = ['http', 'sdk', 'cli', 'app'] as const;

/** How one client is told of the gateway. */
export interface ClientGuide {
  /** Its anchor on the page. */
  id: string;
  name: string;
  group: (typeof guideGroups)[number];
  /** The wire format that it speaks, which tells what models suit it. */
  route: Route;
  note: TextKey;
  samples: readonly Sample[];
}
