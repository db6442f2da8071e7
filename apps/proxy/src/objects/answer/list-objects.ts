import type { BoardTarget } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import { forwardRequest } from '../../forward/forward-request.ts';
import type { Forwarded } from '../../forward/forwarding.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import { addRecord, patienceEndOf, refuse, upstreamQuery } from '../../handle-forward.ts';
import { sendError, sendJson } from '../../send-error.ts';
import { choiceOf, isRefused, openChannel, pinField, type Refused } from '../choose-channel.ts';
import { kindsLike } from '../object-call.ts';
import { faultOf, type ObjectRequest, sendCollected, writerOf } from './collected-answer.ts';
import { CollectedResponse } from './collected-response.ts';
import { type ListPage, listFormOf } from './list-form.ts';
import { withOwnAddresses } from './own-addresses.ts';

/** How many pages are asked to find the key's own among those of other keys. */
const pageLimit = 20;

/**
 * Lists a key's own objects at one channel: the pinned one, the one that the cursor belongs to, or the one
 * that has its latest. Pages without any of its own are passed over, because SDKs stop at an empty page.
 */
export async function listObjects(deps: GatewayDeps, asked: ObjectRequest): Promise<void> {
  const { given, call, heldBody } = asked;
  const form = listFormOf(call.kind);
  const { cursor, targetId: ofCursor } = form.cursorIn(given.query);
  const listed = await channelOf(deps, asked, { cursor, ofCursor });
  if (listed && isRefused(listed)) return refuse(deps, given, listed.error);
  if (!listed) return sendEmpty(deps, asked);
  const collected = new CollectedResponse(given.response, deps.bodyBudget);
  const endsInMs = patienceEndOf(deps, given.arrival) - performance.now();
  const timer = setTimeout(collected.giveUp, endsInMs).unref();
  try {
    end(deps, asked, listed.target, await firstOwn(deps, asked, listed, collected));
  } finally {
    clearTimeout(timer);
    collected.release();
    heldBody.release();
  }
}

/** Reads the channel's list up to the first page with an entry of the key's own. */
async function firstOwn(
  deps: GatewayDeps,
  asked: ObjectRequest,
  listed: ListedAt,
  collected: CollectedResponse,
): Promise<Ended> {
  const { target } = listed;
  const { given, call } = asked;
  const form = listFormOf(call.kind);
  const attempts: Forwarded['attempts'] = [];
  let query = form.queryAt(given.query);
  for (let number = 1; ; number += 1) {
    const page = await askPage(deps, asked, { ...listed, query, collected });
    attempts.push(...page.attempts);
    const forwarded = { ...page, attempts };
    const fault = faultOf(page, collected);
    const read = fault || collected.status >= 300 ? null : form.read(collected.json());
    const own = read ? await ownOf(deps, asked, target, read) : [];
    const next = read && own.length === 0 ? form.next(query, read) : null;
    if (!next || number === pageLimit) {
      const isCut = next !== null && given.key.id !== null;
      return { collected, forwarded, read, own, fault: isCut ? tooLong : fault };
    }
    collected.release();
    query = next;
  }
}

const tooLong: GatewayError = {
  ...{ status: 400, code: 'list_too_long' },
  message: `the channel’s list has none of this key’s on its first ${pageLimit} pages; ask for longer pages with "limit", or read each by its id`,
};

/** Which channel is asked, and with which of its keys. */
interface ListedAt {
  target: BoardTarget;
  targetKey: string | undefined;
}

async function channelOf(
  deps: GatewayDeps,
  { given: { key }, call, pinnedTargetId }: ObjectRequest,
  { cursor, ofCursor }: { cursor: string | null; ofCursor: number | null },
): Promise<ListedAt | Refused | null> {
  const holders = await deps.objects.holders(key.id ?? 'any', call.kind);
  const at = (targetId: number, field: string): ListedAt | Refused => {
    const target = openChannel(deps, key, targetId, field);
    if (isRefused(target)) return target;
    const holder = holders.find((one) => one.targetId === targetId);
    return { target, targetKey: holder?.targetKey };
  };
  if (pinnedTargetId !== null) return at(pinnedTargetId, pinField);
  if (ofCursor !== null) return at(ofCursor, 'page');
  if (cursor !== null) {
    const owners = await deps.objects.find(cursor);
    const own = owners.find(({ keyId }) => key.id === null || keyId === key.id);
    const found = own && at(own.targetId, 'after');
    if (found) return isRefused(found) ? found : { ...found, targetKey: own.targetKey };
  }
  for (const { targetId } of holders) {
    const found = at(targetId, pinField);
    if (!isRefused(found)) return found;
  }
  return null;
}

async function askPage(
  deps: GatewayDeps,
  asked: ObjectRequest,
  page: ListedAt & { query: URLSearchParams; collected: CollectedResponse },
): Promise<Forwarded> {
  const { target, targetKey, query, collected } = page;
  const { given, heldBody } = asked;
  const { request, arrival, endpoint, trail } = given;
  const path = endpoint.upstreamPath + upstreamQuery(query);
  return forwardRequest(deps, {
    keyId: given.key.id,
    ...{ request, requestId: arrival.requestId, endpoint, heldBody, trail, isStream: false },
    choices: [choiceOf(target, deps.nowS(), { targetKey, isOnly: false })],
    requestTo: () => ({ path, pieces: null }),
    writer: writerOf(deps, asked, { response: collected, wantsEvents: false }),
    patienceEndsAtMs: patienceEndOf(deps, arrival),
  });
}

/** The entries that the key may see: the master token sees all. */
async function ownOf(
  { objects }: GatewayDeps,
  { given: { key }, call }: ObjectRequest,
  { id: targetId }: BoardTarget,
  { items, idOf }: ListPage,
): Promise<unknown[]> {
  if (key.id === null) return items;
  await objects.recall(items.flatMap((item) => idOf(item) ?? []));
  const kinds = kindsLike(call.kind);
  return items.filter((item) => {
    const owners = objects.known(idOf(item) ?? '');
    return owners.some(
      (one) => one.keyId === key.id && one.targetId === targetId && kinds.includes(one.kind),
    );
  });
}

interface Ended {
  collected: CollectedResponse;
  forwarded: Forwarded;
  /** Null if the answer isn't a list. */
  read: ListPage | null;
  own: unknown[];
  fault: GatewayError | null;
}

function end(
  deps: GatewayDeps,
  { given, call, heldBody }: ObjectRequest,
  target: BoardTarget,
  { collected, forwarded, read, own, fault: known }: Ended,
): void {
  const { response, endpoint, arrival } = given;
  const unread = {
    status: 502,
    code: 'unreadable_list',
    message: 'the channel’s list can’t be read, so it can’t be shown',
  } as const;
  const isGood = collected.status < 300;
  const fault = known ?? (isGood && !read ? unread : null);
  if (fault) sendError(response, endpoint.dialect, fault, arrival.requestId);
  else if (!read) sendCollected(given, collected, collected.body);
  else {
    const items = own.map((item) => withOwnAddresses(call, item) ?? item);
    const body = read.with(items, target.id);
    sendCollected(given, collected, Buffer.from(JSON.stringify(body)));
  }
  addRecord(deps, {
    ...given,
    ...{ requestedModel: '', requestBytes: heldBody.bytes.length, estimatedInput: 0, forwarded },
    status: response.destroyed ? 499 : (fault?.status ?? forwarded.status),
    error: fault?.message ?? null,
  });
}

function sendEmpty(deps: GatewayDeps, { given, call }: ObjectRequest): void {
  const { requestId } = given.arrival;
  const headers = { 'x-request-id': requestId, 'request-id': requestId };
  sendJson(given.response, 200, listFormOf(call.kind).empty, headers);
  const nothing = { requestedModel: '', requestBytes: 0, estimatedInput: 0 };
  addRecord(deps, { ...given, ...nothing, forwarded: null, error: null, status: 200 });
}
