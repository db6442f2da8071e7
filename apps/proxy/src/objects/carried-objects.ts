import type { BoardKey } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { CarriedMark } from '../request/conversation/carried-state.ts';
import type { Refused } from './choose-channel.ts';
import type { ObjectOwner } from './object-owners.ts';

type Deps = Pick<GatewayDeps, 'objects' | 'logger'>;

/** The database, which knows who has an object, can't be read. */
export const objectsUnavailable: GatewayError = {
  ...{ status: 503, code: 'objects_unavailable', retryAfterS: 1 },
  message: 'the gateway can’t look up who has this; try again in a moment',
};

/**
 * Finds the channels that keep the objects that a request refers to. Refuses those of other keys, as if they
 * didn't exist; what nobody is known to have may have been made without the gateway.
 */
export async function findCarried(
  deps: Deps,
  key: BoardKey,
  carried: readonly CarriedMark[],
): Promise<readonly CarriedMark[] | Refused> {
  const ids = carried.flatMap(({ mark, isObject }) => (isObject ? mark : []));
  if (ids.length === 0) return carried;
  try {
    await deps.objects.recall(ids);
  } catch (err) {
    deps.logger.warn({ err }, 'objects could not be looked up');
    // The master token may use all that it can name.
    if (key.id !== null) return { error: objectsUnavailable };
  }
  const found: CarriedMark[] = [];
  let first: CarriedMark | null = null;
  for (const one of carried) {
    const owners = one.isObject ? deps.objects.known(one.mark) : [];
    const own = owners.filter(({ keyId }) => key.id === null || keyId === key.id);
    if (owners.length > 0 && own.length === 0) return { error: unknownObject(one.field) };
    const wantedId: number | undefined = first?.targetId;
    const owner: ObjectOwner | undefined =
      own.find(({ targetId }) => targetId === wantedId) ?? own[0];
    if (owner && first && owner.targetId !== wantedId) {
      return { error: onSeveralChannels(first.field, one.field) };
    }
    const mark: CarriedMark = owner
      ? { ...one, targetId: owner.targetId, targetKey: owner.targetKey }
      : one;
    if (owner) first ??= mark;
    found.push(mark);
  }
  return found;
}

function unknownObject(field: string) {
  const message = `"${field}" names something that doesn't exist`;
  return { status: 404, code: 'not_found', message, param: field } as const;
}

function onSeveralChannels(first: string, second: string) {
  const message = `"${first}" and "${second}" name objects that different channels keep; upload them to one`;
  return { status: 400, code: 'several_channels', message, param: second } as const;
}
