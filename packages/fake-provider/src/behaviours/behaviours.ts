import type { Behaviour } from '../send.ts';
import { answers } from './answers.ts';
import { brokenBodies } from './broken-bodies.ts';
import { connections } from './connections.ts';
import { echoes } from './echoes.ts';
import { encodings } from './encodings.ts';
import { errorsInBody } from './errors-in-body.ts';
import { forms } from './forms.ts';
import { redirects, statuses } from './statuses.ts';

const table = {
  ...answers,
  ...errorsInBody,
  ...statuses,
  ...brokenBodies,
  ...connections,
  ...encodings,
  ...forms,
  ...redirects,
  ...echoes,
};

export type BehaviourName = keyof typeof table;

/** Every behaviour of a fake model, by name. */
export const behaviours: Readonly<Record<BehaviourName, Behaviour>> = table;
