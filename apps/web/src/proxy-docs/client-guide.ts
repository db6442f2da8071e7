import type { Route } from '@api-monitor/core';
import type { TextKey } from '../i18n/translate.ts';

/** The reader's own values in the examples. */
export interface Setup {
  /** The gateway's origin, without a trailing slash. */
  address: string;
  key: string;
  model: string;
}

export interface Sample {
  /** The label: a language, a file or a form. */
  label: string;
  code(setup: Setup): string;
}

export const guideGroups = ['http', 'sdk', 'cli', 'app'] as const;

/** How to point one client at the gateway. */
export interface ClientGuide {
  /** The anchor on the page. */
  id: string;
  name: string;
  group: (typeof guideGroups)[number];
  /** The wire format that the client speaks, which determines the models that suit it. */
  route: Route;
  note: TextKey;
  samples: readonly Sample[];
}
