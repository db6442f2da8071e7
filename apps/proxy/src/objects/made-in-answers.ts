import type { GatewayRoute, ObjectChange, ObjectKind } from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import type { Issuer } from '../board/state-issuers.ts';
import type { ObjectOwners } from './object-owners.ts';

/**
 * Collects the objects that a model's answer shows to be made: stored responses, files that tools have
 * written, cached contents.
 */
export class MadeInAnswers {
  readonly #objects: ObjectOwners;
  readonly #key: BoardKey;
  readonly #kindOf: (mark: string) => ObjectKind | null;
  readonly #made: { targetId: number; change: ObjectChange }[] = [];

  /** `isStored`: whether the client lets the channel keep its response. */
  constructor(objects: ObjectOwners, key: BoardKey, route: GatewayRoute, isStored: boolean) {
    this.#objects = objects;
    this.#key = key;
    this.#kindOf = (mark) => kindOfMark(route, mark, isStored);
  }

  take = (mark: string, { targetId, targetKey }: Issuer): void => {
    const kind = this.#kindOf(mark);
    if (kind === null) return;
    const change = this.#objects.keep(mark, { targetId, targetKey, keyId: this.#key.id, kind });
    if (change) this.#made.push({ targetId, change });
  };

  /** Those of the channel whose answer the client got. */
  of(targetId: number | undefined): ObjectChange[] {
    if (this.#made.length === 0) return none;
    return this.#made.flatMap((one) => (one.targetId === targetId ? one.change : []));
  }
}

const none: ObjectChange[] = [];
const idLimit = 256;

function kindOfMark(route: GatewayRoute, mark: string, isStored: boolean): ObjectKind | null {
  if (mark.length > idLimit) return null;
  if (route === 'cached-contents')
    return mark.startsWith('cachedContents/') ? 'cached-content' : null;
  if (route === 'responses' && mark.startsWith('resp_')) return isStored ? 'response' : null;
  // OpenAI's answers repeat what clients send, so a file named in one needn't be new.
  return route === 'anthropic' && /^file_\w/.test(mark) ? 'anthropic-file' : null;
}
