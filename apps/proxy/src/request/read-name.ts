import type { IncomingMessage } from 'node:http';
import type { GatewayError } from '../dialects/gateway-error.ts';
import { noOutline, type Outline, outlineOf } from './conversation/outline.ts';
import { type FoundModel, findModel, modelLimitBytes } from './find-model.ts';
import { findFormModel } from './form/find-form-model.ts';
import { boundaryOf } from './form/form-parts.ts';
import type { Endpoint } from './match-route.ts';
import { namesTooManyModels } from './rename-inner-models.ts';
import { inputTokensOf } from './tokens/input-tokens.ts';

/** What a request asks for. */
export interface Name {
  model: string;
  /** Where its body says so; null if the path does. */
  found: FoundModel | null;
  isStream: boolean;
  /** Estimates the tokens of the body. */
  inputTokens: () => number;
  /** Where a JSON body says what conversation it belongs to. */
  outline: Outline;
}

export type Named = Name | { error: GatewayError };

interface Nameable {
  request: Pick<IncomingMessage, 'headersDistinct'>;
  endpoint: Endpoint;
  pathModel: string | null;
  /** The model of a body that names none; null if this endpoint must have one. */
  defaultModel: () => string | null;
}

/** Finds the model that a request asks for; otherwise says what is wrong with it. */
export function readName(given: Nameable, body: Buffer): Named {
  const named = given.pathModel === null ? namedInBody(given, body) : namedInPath(given, body);
  if ('error' in named) return named;
  return Buffer.byteLength(named.model) > modelLimitBytes ? fault('long_model') : named;
}

function namedInPath({ endpoint, pathModel }: Nameable, body: Buffer): Named {
  const model = pathModel ?? '';
  if (namesTooManyModels(body, model)) return badRequest('the body names its model too often');
  const isStream = endpoint.upstreamPath.endsWith(':streamGenerateContent');
  const outline = outlineOf(body);
  return { model, found: null, isStream, inputTokens: () => inputTokensOf(body), outline };
}

function namedInBody(given: Nameable, body: Buffer): Named {
  if (given.endpoint.takesForm) {
    // A channel might read the boundary from the second one.
    const [type = '', second] = given.request.headersDistinct['content-type'] ?? [];
    if (/^multipart\//i.test(type)) {
      const boundary = second === undefined ? boundaryOf(type) : null;
      return boundary === null ? badRequest(noBoundary) : namedInForm(body, boundary);
    }
  }
  const search = findModel(body);
  if (search.ok) {
    const { found, isStream, outline } = search;
    const inputTokens = () => inputTokensOf(body);
    return { model: found.model, found, isStream, inputTokens, outline };
  }
  if (search.fault === 'absent_model') {
    const model = given.defaultModel();
    const { found, outline } = search;
    if (model === null) return fault('no_model');
    return { model, found, isStream: false, inputTokens: () => inputTokensOf(body), outline };
  }
  if (search.fault !== 'not_json') return fault(search.fault);
  return badRequest(given.endpoint.takesForm ? neitherForm : notJson);
}

function namedInForm(body: Buffer, boundary: string): Named {
  const search = findFormModel(body, boundary);
  if (search.ok) {
    const { found, isStream, inputTokens } = search;
    const tokens = () => inputTokens;
    return { model: found.model, found, isStream, inputTokens: tokens, outline: noOutline() };
  }
  if (search.fault === 'bad_form') return badRequest(`the form can't be read: ${search.why}`);
  return fault(search.fault === 'long_model' ? 'long_model' : `form_${search.fault}`);
}

const noBoundary =
  'the content-type must be "multipart/form-data; boundary=…", with one boundary of 1 to 70 characters';
const neitherForm = 'the body must be multipart/form-data, or a JSON object, with a field "model"';

const notJson = 'the body is not valid JSON';

const modelFaults = {
  no_model: 'the body must be a JSON object with a "model" that is a string and not empty',
  two_models: 'the body has more than one "model"',
  long_model: `"model" must not exceed ${modelLimitBytes} bytes`,
  form_no_model: 'the form must have a text field "model" that is not empty',
  form_two_models: 'the form has more than one field "model"',
};

function fault(code: keyof typeof modelFaults): { error: GatewayError } {
  return { error: { ...badRequest(modelFaults[code]).error, param: 'model' } };
}

function badRequest(message: string): { error: GatewayError } {
  return { error: { status: 400, code: 'invalid_request', message } };
}
