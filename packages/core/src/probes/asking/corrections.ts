import type { Complaint } from '../classify-error.ts';
import {
  demandedAudio,
  efforts,
  type RequestForm,
  type TokenLimit,
  tokenLimits,
} from './request-form.ts';

/** A rejection and all that it names: message, code and parameters, in one text. */
export interface Rejection {
  complaint: Complaint;
  said: string;
}

/** The form that meets a rejection; null if it is about something else. */
type Correction = (form: RequestForm, rejection: Rejection) => RequestForm | null;

/** A message that rejects the form is short, so longer texts aren't searched further. */
const saidLimit = 2000;
const namesLimit = 500;

export function rejectionOf(complaint: Complaint): Rejection {
  const { message, code, param } = complaint;
  const names = `${code ?? ''} ${param ?? ''}`;
  return { complaint, said: `${message.slice(0, saidLimit)} ${names.slice(0, namesLimit)}` };
}

/** The form to ask in after a rejection; null if nothing in it can be met. */
export function mendForm(form: RequestForm, rejection: Rejection): RequestForm | null {
  for (const correct of corrections) {
    const corrected = correct(form, rejection);
    if (corrected) return corrected;
  }
  return null;
}

/** In this order: a message that names a parameter comes before one about streams in general. */
const corrections: readonly Correction[] = [
  raiseTokenLimit,
  changeTokenLimit,
  dropStreamUsage,
  lowerEffort,
  dropDemanded,
  addDemanded,
  startStreaming,
  stopStreaming,
];

const refusal =
  /unsupported|not (be )?(supported|allowed|permitted|available|accepted|recogni[sz]ed|valid)|(does|do|is)(n't| not) support|unknown|unrecogni[sz]ed|unexpected|extra (inputs|fields|parameter)|extra_forbidden|invalid|disabled|must be (set to )?false|verified to stream|cannot be (used|set|specified)|不支持|未知|无效/i;
const demand =
  /requir|must|only (support|accept|allow|available)|should be (set to )?true|please (use|set|enable)|need|not support|unsupported|必须|仅支持|只支持|需要|不支持/i;

/** Thinking models may refuse a limit below their budget, or fail with an error when they reach it. */
const limitTooLow =
  /max_?\w{0,24}tokens.{0,60}(greater than|too (small|low)|at least|minimum|below|limit was reached|>=|larger)|higher max_?\w{0,24}tokens/i;
const leastLimit =
  /(?:at least|or equal to|>=|greater than|minimum(?: value)?(?: of| is|:)?)\D{0,12}(\d+)/i;

function raiseTokenLimit(form: RequestForm, { said }: Rejection): RequestForm | null {
  if (form.tokenLimit === null || !limitTooLow.test(said)) return null;
  // A thinking budget is at least 1,024 tokens.
  const least = /budget/i.test(said) ? 4096 : Number(leastLimit.exec(said)?.[1] ?? 0);
  const limit = tokenLimits.find((one) => one > (form.tokenLimit ?? 0) && one >= least);
  return limit ? { ...form, tokenLimit: limit } : null;
}

const limitNames = /\bmax_(completion_|output_)?tokens\b|\bmaxOutputTokens\b/i;

function changeTokenLimit(form: RequestForm, { said }: Rejection): RequestForm | null {
  if (!limitNames.test(said)) return null;
  if (form.tokenLimit === null) return demand.test(said) ? { ...form, tokenLimit: 512 } : null;
  const isChat = form.route === 'chat';
  const wantsOther = /max_completion_tokens/i.test(said);
  if (!refusal.test(said) && !(isChat && wantsOther)) return null;
  return isChat && form.tokenLimitField === 'max_tokens'
    ? { ...form, tokenLimitField: 'max_completion_tokens' }
    : { ...form, tokenLimit: null };
}

function dropStreamUsage(form: RequestForm, { said }: Rejection): RequestForm | null {
  if (form.route !== 'chat' || !form.stream || !form.asksStreamUsage) return null;
  return /stream_?options|include_usage/i.test(said) ? { ...form, asksStreamUsage: false } : null;
}

/** The lowest effort that the message names as supported, else none is sent. */
function lowerEffort(form: RequestForm, { said }: Rejection): RequestForm | null {
  const { effort } = form;
  if (effort === null || !/effort|reasoning|thinking|budget/i.test(said)) return null;
  const supported =
    /(?:support|allow|expected|valid|permitted|one of|must be|input should be).*/is.exec(
      said.replace(new RegExp(`['"\`]${effort}['"\`] is not supported`, 'i'), ''),
    );
  const next = efforts.find(
    (one) =>
      efforts.indexOf(one) > efforts.indexOf(effort) &&
      new RegExp(`\\b${one}\\b`, 'i').test(supported?.[0] ?? ''),
  );
  return { ...form, effort: next ?? null };
}

/** Takes out a field that was demanded before, or that the first form has, and is refused now. */
function dropDemanded(form: RequestForm, { said }: Rejection): RequestForm | null {
  if (!refusal.test(said)) return null;
  const refused = Object.keys(form.demanded).find((name) => isNamed(name, said));
  if (refused === undefined || isStated(refused, form.demanded[refused], said)) return null;
  const { [refused]: _, ...others } = form.demanded;
  return { ...form, demanded: others };
}

function isNamed(name: string, said: string): boolean {
  return new RegExp(`\\b${name}\\b`, 'i').test(said);
}

/** "Store must be set to false" doesn't refuse `store: false`. */
function isStated(name: string, value: unknown, said: string): boolean {
  return new RegExp(`\\b${name}\\b.{0,24}must be (set to )?${String(value)}`, 'i').test(said);
}

interface Demand {
  name: string;
  pattern: RegExp;
  value(said: string): RequestForm['demanded'][string];
}

const demands: readonly Demand[] = [
  {
    name: 'instructions',
    pattern:
      /\binstructions\b.{0,40}(requir|missing|must|need|empty)|(requir|missing)\w*.{0,24}\binstructions\b/i,
    value: () => 'You are a helpful assistant.',
  },
  {
    name: 'input_type',
    pattern: /\binput_type\b/i,
    value: (said) => (/\bsearch_query\b/.test(said) ? 'search_query' : 'query'),
  },
  {
    name: 'dimensions',
    pattern:
      /\bdimensions?\b.{0,60}(requir|missing|must|need|one of)|(requir|missing)\w*.{0,24}\bdimensions?\b/i,
    value: (said) => Number(/dimensions?\D{0,60}?(\d{2,4})/i.exec(said)?.[1] ?? 1024),
  },
  {
    name: 'encoding_format',
    pattern: /\bencoding_format\b.{0,60}(requir|missing|must|need|float)/i,
    value: () => 'float',
  },
  {
    name: 'temperature',
    pattern:
      /\btemperature\b.{0,60}(requir|missing|must|need|should|only)|(requir|missing)\w*.{0,24}\btemperature\b/i,
    value: (said) => Number(/temperature\D{0,60}?(\d+(?:\.\d+)?)/i.exec(said)?.[1] ?? 1),
  },
];

const audioDemand =
  /modalit(y|ies)\b.{0,60}audio|audio.{0,40}modalit|contain audio|audio (input|output) (is )?required/i;
const booleanDemand =
  /\b([a-z_]{3,32})['"`]? (?:parameter )?(?:must|should|needs? to|has to) be (?:set to )?['"`]?(true|false)\b/i;

function addDemanded(form: RequestForm, { said }: Rejection): RequestForm | null {
  const isNew = (name: string) => form.demanded[name] === undefined;
  if (form.route === 'chat' && isNew('audio') && audioDemand.test(said)) {
    return { ...form, demanded: { ...form.demanded, ...demandedAudio } };
  }
  const found = demands.find(({ name, pattern }) => isNew(name) && pattern.test(said));
  if (found) {
    const value = found.value(said);
    return { ...form, demanded: { ...form.demanded, [found.name]: value } };
  }
  const [, named = '', value] = booleanDemand.exec(said) ?? [];
  const name = named.toLowerCase();
  if (name === '' || name === 'stream' || !isNew(name)) return null;
  return { ...form, demanded: { ...form.demanded, [name]: value?.toLowerCase() === 'true' } };
}

const ofStream = /\bstream(ing|ed|s)?\b|流式/i;

function startStreaming(form: RequestForm, { said }: Rejection): RequestForm | null {
  if (form.stream || form.route === 'embeddings') return null;
  return ofStream.test(said) && demand.test(said) ? { ...form, stream: true } : null;
}

function stopStreaming(form: RequestForm, { complaint, said }: Rejection): RequestForm | null {
  if (!form.stream) return null;
  // Gemini streams at its own address; a relay may lack that one and serve the plain one.
  const lacksAddress = form.route === 'gemini' && [404, 405].includes(complaint.status);
  const refuses = ofStream.test(said) && refusal.test(said);
  return lacksAddress || refuses ? { ...form, stream: false } : null;
}

/** The limit to try after thinking has eaten this one; `null` sends none. */
export function nextLimit(limit: TokenLimit): TokenLimit | null {
  return tokenLimits[tokenLimits.indexOf(limit) + 1] ?? null;
}
