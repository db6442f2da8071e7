import type { ObjectKind } from '@api-monitor/core';
import type { BoardKey } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import type { SentRequest } from '../../forward/forwarding.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import type { ForwardRequest } from '../../handle-forward.ts';
import { type CarriedMark, carriedState } from '../../request/conversation/carried-state.ts';
import { outlineOf } from '../../request/conversation/outline.ts';
import { boundaryOf, type FormPart, readForm } from '../../request/form/form-parts.ts';
import type { Choice } from '../../request/resolve-candidates.ts';
import { findCarried } from '../carried-objects.ts';
import {
  choiceOf,
  isRefused,
  openChannel,
  ownerOf,
  pinField,
  type Refused,
  uploadChoices,
} from '../choose-channel.ts';
import type { ObjectCall } from '../object-call.ts';
import {
  type BatchModel,
  modelsOfBatchFile,
  modelsOfMessageBatch,
  renameBatchModels,
} from './batch-models.ts';
import { ownString, unknownField } from './body-field.ts';
import { type BatchFile, readBatchFile } from './read-batch-file.ts';

/** Where a request goes that makes an object, and as what. */
export interface MakePlan {
  choices: readonly Choice[];
  requestTo: (entry: Choice['entry']) => SentRequest;
  /** What is made. */
  kind: ObjectKind;
  /** As the client named it; empty if the request names none. */
  model: string;
}

/** What the handlers know of a request. */
export interface Making {
  given: ForwardRequest;
  call: ObjectCall;
  body: Buffer;
  pinnedTargetId: number | null;
  /** The path that is asked, with its query. */
  path: string;
}

export async function planMaking(deps: GatewayDeps, making: Making): Promise<MakePlan | Refused> {
  const { call, given } = making;
  switch (call.kind) {
    case 'batch':
      return planBatch(deps, making);
    case 'message-batch':
      return planMessageBatch(deps, making);
    case 'cached-content':
      return given.key.budget ? refused(notBudgeted) : planUpload(deps, making);
    default:
      return planUpload(deps, making);
  }
}

/** Where a batch goes follows from its file. */
async function planBatch(deps: GatewayDeps, making: Making): Promise<MakePlan | Refused> {
  const { given, body, path, pinnedTargetId } = making;
  const { key } = given;
  const field = 'input_file_id';
  const id = ownString(body, field);
  if (typeof id !== 'string') return id;
  const unknown = key.models ? unknownField(body, batchFields) : null;
  const refusal = refusalOfBatch(key) ?? (unknown === null ? null : refusalOfField(unknown));
  if (refusal) return refusal;
  const owner = await ownerOf(deps, key, { id, kind: 'file' }, { pinnedTargetId, field });
  if (isRefused(owner)) return owner;
  if (key.id !== null && owner.kind !== 'batch-input') {
    const message = `"${field}" must be a file that was uploaded with this key and the purpose "batch"`;
    return refused({ status: 403, code: 'batch_not_allowed', message, param: field });
  }
  const target = openChannel(deps, key, owner.targetId, field);
  if (isRefused(target)) return target;
  const { targetKey } = owner;
  const choices = [choiceOf(target, deps.nowS(), { targetKey, isOnly: true })];
  return { choices, requestTo: () => ({ path, pieces: [body] }), kind: 'batch', model: '' };
}

/** Source: https://platform.openai.com/docs/api-reference/batch/create */
const batchFields = [
  ...['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after'],
];
/** Source: https://platform.openai.com/docs/api-reference/files/create */
const uploadFields = [
  ...['file', 'purpose', 'expires_after[anchor]', 'expires_after[seconds]', 'model'],
];

/** Relays read models from fields that providers don't have, such as LiteLLM's `target_model_names`. */
function refusalOfField(name: string): Refused {
  const message = `"${name}" is not allowed for a key that is limited to some models, because channels may read a model from it`;
  return badRequest(message, name);
}

function refusalOfFields(form: readonly FormPart[]): Refused | null {
  const unknown = form.find(({ name }) => !uploadFields.includes(name));
  if (unknown) return refusalOfField(unknown.name.slice(0, 64));
  const isRepeated = form.filter(({ name }) => name === 'model').length > 1;
  return isRepeated ? badRequest('the form has more than one field "model"', 'model') : null;
}

const notBudgeted: GatewayError = {
  ...{ status: 403, code: 'not_budgeted' },
  message:
    'this key has budgets, and what batches and caches use counts in none: use another key for them',
};

/** Its requests run later, where no limit per minute would see them, nor a budget. */
function refusalOfBatch({ rpm_limit, tpm_limit, budget }: BoardKey): Refused | null {
  if (budget) return refused(notBudgeted);
  if (rpm_limit === null && tpm_limit === null) return null;
  const message =
    'this key has a limit per minute, and batches have none: use another key for them';
  return refused({ status: 403, code: 'batch_not_allowed', message });
}

/** A message batch goes to the best channel that serves all its models. */
async function planMessageBatch(deps: GatewayDeps, making: Making): Promise<MakePlan | Refused> {
  const { given, body, path } = making;
  const refusal = refusalOfBatch(given.key);
  if (refusal) return refusal;
  const found = modelsOfMessageBatch(body);
  if (!found.ok) return badRequest(`the batch can't be read: ${found.fault}`, 'requests');
  const marks = carriedState('message-batches', body, outlineOf(body));
  if ('error' in marks) return marks;
  const carried = await findCarried(deps, given.key, marks);
  if ('error' in carried) return carried;
  const chosen = chooseForModels(deps, making, found.models, carried);
  if (isRefused(chosen)) return chosen;
  const { choices, nameAt } = chosen;
  return {
    choices,
    requestTo: ({ target }) => ({
      path,
      pieces: renameBatchModels(body, found.models, nameAt(target.id)),
    }),
    kind: 'message-batch',
    model: found.models[0]?.model ?? '',
  };
}

interface ChosenForModels {
  choices: Choice[];
  /** A model's name at a channel. */
  nameAt: (targetId: number) => (model: string) => string;
}

/** The channels that serve all of these models to the key, in the order in which the first one prefers. */
function chooseForModels(
  deps: GatewayDeps,
  { given: { key }, call, pinnedTargetId }: Making,
  models: readonly BatchModel[],
  carried: readonly CarriedMark[],
): ChosenForModels | Refused {
  const route = call.kind === 'message-batch' ? 'anthropic' : 'chat';
  const names = new Map<string, Map<number, string>>();
  let choices: Choice[] | null = null;
  for (const { model } of models) {
    if (names.has(model)) continue;
    const resolution = deps.resolve({ ...alone, key, model, route, pinnedTargetId, carried });
    if (!resolution.ok) return resolution;
    const byTarget = new Map(resolution.choices.map(({ entry }) => [entry.target.id, entry.model]));
    names.set(model, byTarget);
    choices = (choices ?? resolution.choices).filter(({ entry }) => byTarget.has(entry.target.id));
  }
  if (!choices || choices.length === 0) {
    const message = 'no channel serves all models of this batch; make one batch for each model';
    return refused({ status: 400, code: 'no_common_channel', message, param: 'model' });
  }
  const nameAt = (targetId: number) => (model: string) => names.get(model)?.get(targetId) ?? model;
  return { choices, nameAt };
}

/** A request that belongs to no conversation. */
const alone = { conversationOf: () => null };

/** A file goes where its model is served if it names one, else to the usual channels. */
async function planUpload(deps: GatewayDeps, making: Making): Promise<MakePlan | Refused> {
  const { given, call, body, path, pinnedTargetId } = making;
  const { endpoint, key, query } = given;
  const form = endpoint.dialect === 'gemini' ? null : formOf(given, body);
  if (form && isRefused(form)) return form;
  const refusal = key.models && form ? refusalOfFields(form) : null;
  if (refusal) return refusal;
  const isBatch =
    call.kind === 'file' && form !== null && textOf(body, form, 'purpose') === 'batch';
  let homeId = pinnedTargetId;
  if (isBatch) {
    const file = await readBatchFile(deps, key, { body, form });
    if (isRefused(file)) return file;
    const plan = planBatchFile(deps, making, file);
    // A key without limits may name models that nobody lists.
    if (!isRefused(plan) || key.models !== null) return plan;
    homeId ??= file.carried[0]?.targetId ?? null;
  }
  const requestTo = () => ({ path, pieces: piecesOf(body, form) });
  const kind: ObjectKind = isBatch ? 'batch-input' : call.kind;
  const plan = { requestTo, kind, model: '' };
  const model = query?.get('model') ?? (form && textOf(body, form, 'model'));
  if (model) {
    const route = endpoint.dialect === 'openai' ? 'chat' : endpoint.dialect;
    const asked = { key, model, route, pinnedTargetId, carried: [] } as const;
    const resolution = deps.resolve({ ...alone, ...asked });
    if (!resolution.ok) return resolution;
    const nowS = deps.nowS();
    const choices = resolution.choices.map(({ entry }) => choiceOf(entry.target, nowS));
    return { ...plan, choices, model };
  }
  if (homeId !== null) {
    const target = openChannel(deps, key, homeId, pinField);
    return isRefused(target) ? target : { ...plan, choices: [choiceOf(target, deps.nowS())] };
  }
  const choices = await uploadChoices(deps, key, call, endpoint.dialect);
  if (choices.length > 0) return { ...plan, choices };
  const message = 'this key may use no channel that is enabled';
  return refused({ status: 403, code: 'channel_not_allowed', message });
}

/** The models of a batch file are checked like those of requests, and named as the channel names them. */
function planBatchFile(
  deps: GatewayDeps,
  making: Making,
  { start, bytes, carried }: BatchFile,
): MakePlan | Refused {
  const { body, path } = making;
  const found = modelsOfBatchFile(bytes);
  if (!found.ok) return badRequest(`the batch file can't be read: ${found.fault}`, 'file');
  const chosen = chooseForModels(deps, making, found.models, carried);
  if (isRefused(chosen)) return chosen;
  const { choices, nameAt } = chosen;
  return {
    choices: choices.map(({ entry }) => choiceOf(entry.target, deps.nowS())),
    requestTo: ({ target }) => ({
      path,
      pieces: renameBatchModels(body, found.models, nameAt(target.id), start),
    }),
    kind: 'batch-input',
    model: found.models[0]?.model ?? '',
  };
}

function formOf(given: ForwardRequest, body: Buffer): FormPart[] | Refused {
  const [type = '', second] = given.request.headersDistinct['content-type'] ?? [];
  const boundary = second === undefined ? boundaryOf(type) : null;
  if (boundary === null) {
    return badRequest('the body must be multipart/form-data with one boundary', 'file');
  }
  const form = readForm(body, boundary);
  return form.ok ? form.parts : badRequest(`the form can't be read: ${form.fault}`, 'file');
}

const textLimit = 512;

/** A text field of the form; null if it has none, or several. */
function textOf(body: Buffer, parts: readonly FormPart[], wanted: string): string | null {
  const [part, second] = parts.filter(({ name }) => name === wanted);
  if (!part || second || part.isFile || part.end - part.start > textLimit) return null;
  return body.toString('utf8', part.start, part.end);
}

/** The form without its field `model`, which the providers' APIs don't have. */
function piecesOf(body: Buffer, parts: readonly FormPart[] | null): Buffer[] {
  const model = parts?.find(({ name, isFile }) => name === 'model' && !isFile);
  if (!model) return [body];
  return [body.subarray(0, model.from), body.subarray(model.next)];
}

function refused(error: GatewayError): Refused {
  return { error };
}

function badRequest(message: string, param: string): Refused {
  return refused({ status: 400, code: 'invalid_request', message, param });
}
