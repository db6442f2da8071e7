import type { IncomingMessage } from 'node:http';
import type { ObjectChange } from '@api-monitor/core';
import { type AnswerHeaders, headerOf } from '@api-monitor/upstream';
import type { Issuer } from '../board/state-issuers.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import { forwardRequest } from '../forward/forward-request.ts';
import type { Forwarded, SentRequest } from '../forward/forwarding.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import {
  addRecord,
  type ForwardRequest,
  limitError,
  patienceEndOf,
  pinnedTargetIdOf,
  refuse,
  upstreamQuery,
  withBody,
} from '../handle-forward.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { sendError } from '../send-error.ts';
import { faultOf, type ObjectRequest, sendCollected, writerOf } from './answer/collected-answer.ts';
import { CollectedResponse } from './answer/collected-response.ts';
import { issuedObjects } from './answer/issued-objects.ts';
import { listObjects } from './answer/list-objects.ts';
import { withOwnAddresses } from './answer/own-addresses.ts';
import { objectsUnavailable } from './carried-objects.ts';
import { choiceOf, isRefused, openChannel, ownerOf } from './choose-channel.ts';
import { openSession, ownAddress, sealSession, sessionPath } from './making/google-upload.ts';
import { type MakePlan, planMaking } from './making/make-object.ts';
import type { ObjectCall } from './object-call.ts';
import type { ObjectOwner } from './object-owners.ts';

/** What is asked of which channels. */
interface Asking {
  choices: readonly Choice[];
  requestTo: (entry: Choice['entry']) => SentRequest;
  /** As the client named it; empty if it names none. */
  model: string;
}

/** Handles a request for what channels keep, from its body to its record. */
export function handleObject(
  deps: GatewayDeps,
  given: ForwardRequest & { request: IncomingMessage },
  call: ObjectCall,
): Promise<void> {
  return withBody(deps, given, async (heldBody) => {
    const admission = deps.keyLimits.take(given.key, () => 0);
    const requestBytes = heldBody.bytes.length;
    if (!admission.ok) return refuse(deps, given, limitError(admission), { requestBytes });
    admission.settle(0);
    const pinnedTargetId = pinnedTargetIdOf(given);
    try {
      await serveObject(deps, { given, call, heldBody, pinnedTargetId });
    } catch (err) {
      if (given.response.headersSent) throw err;
      deps.logger.error({ err, request_id: given.arrival.requestId }, 'an object was not served');
      refuse(deps, given, objectsUnavailable, { requestBytes });
    }
  });
}

function serveObject(deps: GatewayDeps, asked: ObjectRequest): Promise<void> {
  const { call, given } = asked;
  if (call.id !== null) return serveOne(deps, asked, call.id);
  if (call.action === 'list') return listObjects(deps, asked);
  const session = call.kind === 'gemini-file' ? (given.query?.get('upload_id') ?? null) : null;
  return session === null ? makeObject(deps, asked) : continueUpload(deps, asked, session);
}

/** Asks the channel that has the object. */
async function serveOne(deps: GatewayDeps, asked: ObjectRequest, id: string): Promise<void> {
  const { given, call, heldBody, pinnedTargetId } = asked;
  const { key, endpoint } = given;
  const field = 'id';
  const owner = await ownerOf(deps, key, { id, kind: call.kind }, { pinnedTargetId, field });
  if (isRefused(owner)) return refuse(deps, given, owner.error);
  const target = openChannel(deps, key, owner.targetId, field);
  if (isRefused(target)) return refuse(deps, given, target.error);
  const path = endpoint.upstreamPath + upstreamQuery(given.query);
  const { bytes } = heldBody;
  const isBodiless = bytes.length === 0 && endpoint.method !== 'POST';
  const pieces = isBodiless ? null : [bytes];
  const { targetKey } = owner;
  const choices = [choiceOf(target, deps.nowS(), { targetKey, isOnly: true })];
  const asking = { choices, requestTo: () => ({ path, pieces }) };
  const changes = (json: unknown, { status }: Forwarded): ObjectChange[] => {
    const isGone = call.action === 'delete' && (status < 300 || status === 404 || status === 410);
    if (isGone) return [deps.objects.drop(id, owner)];
    return keepIssued(deps, asked, owner, json);
  };
  return send(deps, asked, { ...asking, model: '' }, changes);
}

/** The files that a batch has made belong to its key. */
function keepIssued(
  { objects }: GatewayDeps,
  { given: { key } }: ObjectRequest,
  owner: ObjectOwner,
  json: unknown,
): ObjectChange[] {
  if (owner.keyId !== key.id) return [];
  return issuedObjects(owner.kind, json).flatMap(({ id, kind }) => {
    if (id === null) return [];
    return objects.keep(id, { ...owner, kind }) ?? [];
  });
}

async function makeObject(deps: GatewayDeps, asked: ObjectRequest): Promise<void> {
  const { given, call, heldBody, pinnedTargetId } = asked;
  const query = new URLSearchParams(given.query ?? undefined);
  query.delete('model');
  const path = given.endpoint.upstreamPath + upstreamQuery(query);
  const plan = await planMaking(deps, {
    ...{ given, call, pinnedTargetId, path },
    body: heldBody.bytes,
  });
  if (isRefused(plan))
    return refuse(deps, given, plan.error, { requestBytes: heldBody.bytes.length });
  return send(deps, asked, plan, keepMade(deps, asked, plan.kind));
}

function keepMade({ objects }: GatewayDeps, { given }: ObjectRequest, kind: MakePlan['kind']) {
  return (json: unknown, { entry, key, status }: Forwarded): ObjectChange[] => {
    if (!entry || status >= 300) return [];
    const issuer = { targetId: entry.target.id, targetKey: key?.hash };
    const owner = { ...issuer, keyId: given.key.id, kind };
    return issuedObjects(kind, json, true).flatMap((made) =>
      made.id === null ? [] : (objects.keep(made.id, { ...owner, kind: made.kind }) ?? []),
    );
  };
}

/** Sends another part of Google's upload to where its first part went. */
async function continueUpload(
  deps: GatewayDeps,
  asked: ObjectRequest,
  sealed: string,
): Promise<void> {
  const { given, heldBody } = asked;
  const { key } = given;
  const field = 'upload_id';
  const session = openSession(deps, sealed, deps.nowS());
  if (!session || (key.id !== null && session.keyId !== key.id)) {
    const message = `"${field}" names no upload of this key, or one that is too old`;
    return refuse(deps, given, { status: 404, code: 'not_found', message, param: field });
  }
  const target = openChannel(deps, key, session.targetId, field);
  if (isRefused(target)) return refuse(deps, given, target.error);
  const asking = {
    choices: [choiceOf(target, deps.nowS(), { targetKey: session.targetKey, isOnly: true })],
    requestTo: () => ({ path: session.path, pieces: [heldBody.bytes] }),
    model: '',
  };
  return send(deps, asked, asking, keepMade(deps, asked, 'gemini-file'));
}

/** What the answer shows to be made or deleted. `json`: undefined if the answer wasn't read. */
type ChangesIn = (json: unknown, forwarded: Forwarded) => ObjectChange[];

/** Answers whose bytes the gateway needn't understand pass as they come. */
const passed: readonly ObjectCall['action'][] = ['stream', 'content'];

async function send(
  deps: GatewayDeps,
  asked: ObjectRequest,
  asking: Asking,
  changes: ChangesIn,
): Promise<void> {
  const { given, call, heldBody } = asked;
  const { request, response, arrival, endpoint, trail } = given;
  const requestBytes = heldBody.bytes.length;
  const isPassed = passed.includes(call.action) || call.kind === 'response';
  const collected = isPassed ? null : new CollectedResponse(response, deps.bodyBudget);
  const isStream = call.action === 'stream' && given.query?.get('stream') === 'true';
  const upload = new UploadAddress(deps, given);
  const to = { response: collected ?? response, wantsEvents: isStream };
  const writer = writerOf(deps, asked, { ...to, moreHeaders: upload.headersOf });
  const { choices, requestTo } = asking;
  const forwarded = await forwardRequest(deps, {
    keyId: given.key.id,
    ...{ request, requestId: arrival.requestId, endpoint, heldBody, trail },
    ...{ choices, requestTo, writer, isStream },
    patienceEndsAtMs: patienceEndOf(deps, arrival),
  });
  try {
    const fault = upload.fault ?? faultOf(forwarded, collected);
    const json = fault || !collected ? undefined : collected.json();
    const objects = fault ? [] : changes(json, forwarded);
    if (fault && collected) sendError(response, endpoint.dialect, fault, arrival.requestId);
    else if (fault) writer.endInError(fault);
    else if (collected) reply(asked, collected, json);
    const status = response.destroyed && collected ? 499 : (fault?.status ?? forwarded.status);
    const asRecorded = { requestedModel: asking.model, requestBytes, estimatedInput: 0, status };
    addRecord(deps, { ...given, ...asRecorded, forwarded, error: fault?.message ?? null, objects });
  } finally {
    collected?.release();
  }
}

function reply({ given, call }: ObjectRequest, collected: CollectedResponse, json: unknown): void {
  const changed = collected.status < 300 ? withOwnAddresses(call, json) : null;
  const body = changed ? Buffer.from(JSON.stringify(changed)) : collected.body;
  sendCollected(given, collected, body);
}

const addressHeader = 'x-goog-upload-url';
const uploadHeaders = [
  'x-goog-upload-status',
  'x-goog-upload-chunk-granularity',
  'x-goog-upload-size-received',
];

/** The headers of Google's upload: the address for the next part leads through the gateway again. */
class UploadAddress {
  readonly #deps: GatewayDeps;
  readonly #given: ForwardRequest;
  fault: GatewayError | null = null;

  constructor(deps: GatewayDeps, given: ForwardRequest) {
    this.#deps = deps;
    this.#given = given;
  }

  headersOf = (headers: AnswerHeaders, from: Issuer): string[] => {
    if (this.#given.endpoint.route !== 'gemini-files') return [];
    const own = uploadHeaders.flatMap((name) => {
      const value = headerOf(headers, name);
      return value === undefined ? [] : [name, value];
    });
    const address = headerOf(headers, addressHeader);
    const ours = address === undefined ? null : this.#addressFor(address, from);
    return ours === null ? own : [...own, addressHeader, ours];
  };

  #addressFor(address: string, { targetId, targetKey }: Issuer): string | null {
    const { key, request } = this.#given;
    const target = this.#deps.board.targetById(targetId);
    const path = target ? sessionPath(address, target.upstream) : null;
    if (path === null) {
      const message = 'the channel wants the upload at another address, which must not get its key';
      this.fault = { status: 502, code: 'foreign_upload_address', message };
      return null;
    }
    const session = { targetId, targetKey, keyId: key.id, path };
    const id = sealSession(this.#deps, session, this.#deps.nowS());
    const own = ownAddress(request, this.#deps.basePath);
    return `${own}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`;
  }
}
