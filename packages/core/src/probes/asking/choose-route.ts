import type { EvidenceRoute } from '../../evidence/evidence-route.ts';
import type { Route } from '../route.ts';
import { demandedAudio, firstFormOf, type RequestForm } from './request-form.ts';

/** What the models are made for that probes skip: in words, and the route of clients if there is one. */
const purposes = {
  rerank: ['a reranker', 'rerank'],
  moderation: ['a moderation model', 'moderations'],
  transcription: ['a transcription model', 'transcriptions'],
  speech: ['a speech model', 'speech'],
  music: ['a music model', null],
  realtime: ['a realtime model', null],
  image: ['an image model', 'images'],
  video: ['a video model', null],
  document: ['a document reader', null],
  completion: ['a plain completion model', 'completions'],
} as const satisfies Record<string, readonly [words: string, route: EvidenceRoute | null]>;
export type SkippedPurpose = keyof typeof purposes;

/** What to do with a model: ask it on a route, first in this form, or skip it for a reason. */
export type ProbePlan =
  | { kind: 'probe'; route: Route; form: RequestForm }
  | { kind: 'skip'; purpose: SkippedPurpose; route: EvidenceRoute | null; reason: string };

interface PlanRow {
  pattern: RegExp;
  plan: ProbePlan;
}

const probe = (route: Route, demanded?: RequestForm['demanded']): ProbePlan => {
  const form = firstFormOf(route);
  return { kind: 'probe', route, form: demanded ? { ...form, demanded } : form };
};
const skip = (purpose: SkippedPurpose): ProbePlan => {
  const [words, route] = purposes[purpose];
  return { kind: 'skip', purpose, route, reason: `${words}, not a chat model` };
};

const moderation = /moderation/;

/** Whether a model only says if a text is harmful. */
export function isModerationModel(name: string): boolean {
  return moderation.test(name.toLowerCase());
}

/**
 * The first match wins; patterns match the lower-cased name after the first slash, or after the last. A
 * model that isn't clearly something else is probed as chat, because a wrong skip hides a dead model; if it
 * answers that it makes images, it is skipped then.
 */
const planRows: readonly PlanRow[] = [
  { pattern: /rerank/, plan: skip('rerank') },
  {
    pattern:
      /embed|^bge-|^m3e|^(gte|e5|multilingual-e5)[-_]|^voyage-|^jina-clip|minilm|^text-similarity/,
    plan: probe('embeddings'),
  },
  { pattern: moderation, plan: skip('moderation') },
  {
    pattern: /whisper|transcri|speech-to-text|(^|[-_])(stt|asr)([-_.]|$)|paraformer|sensevoice/,
    plan: skip('transcription'),
  },
  {
    pattern:
      /(^|[-_])tts([-_.]|\d|$)|text-to-speech|^(minimax-)?speech([-_.]\d|$)|^higgs-audio|cosyvoice|^eleven/,
    plan: skip('speech'),
  },
  {
    pattern: /^(suno|chirp|lyria|udio|musicgen|music|riffusion|stable-audio)([-_.]|\d|$)/,
    plan: skip('music'),
  },
  // OpenAI's refuse a chat in which nothing is sound.
  { pattern: /^gpt-(?!.*realtime).*audio/, plan: probe('chat', demandedAudio) },
  { pattern: /realtime|(^|[-_])live([-_.]|$)|native-audio/, plan: skip('realtime') },
  // Gemini's image models answer text on the ordinary route, so they are probed like the others.
  { pattern: /^(?!.*gemini).*(^|[-_.])image([-_.]|\d|$)/, plan: skip('image') },
  {
    pattern:
      /dall-?e|^imagen|(^|[-_.])flux([-_.]|\d|$)|(^|[-_])sd(xl|[-_]?\d)|stable-?(diffusion|image)/,
    plan: skip('image'),
  },
  {
    pattern:
      /midjourney|^mj[-_]|^niji|seedream|seededit|nano-?banana|jimeng|^(ideogram|recraft|kolors|cogview|wanx|hidream|dreamina|firefly|playground-v)|(^|[-_])imagine([-_.]|\d|$)/,
    plan: skip('image'),
  },
  {
    pattern:
      /(^|[-_])(sora|veo|kling|vidu\w{0,3}|hailuo|runway|pika|luma|pixverse|omnihuman)([-_.]|\d|$)|seedance|cogvideo|^wan-?\d|^(runway[-_])?gen-?[345](a|[-_.]|$)|^(ltx|mochi|ray)-?\d/,
    plan: skip('video'),
  },
  {
    pattern: /(^|[-_])video([-_](?!ll)|$)|(^|[-_])[tis]2v([-_.]|$)|^runwayml|^act[-_]two/,
    plan: skip('video'),
  },
  { pattern: /upscale|^(lucid-origin|phoenix-1)/, plan: skip('image') },
  { pattern: /^mistral-ocr/, plan: skip('document') },
  {
    pattern: /^(davinci|babbage|curie|ada)-|^gpt-3\.5-turbo-instruct/,
    plan: skip('completion'),
  },
  { pattern: /claude/, plan: probe('anthropic') },
  { pattern: /gemini/, plan: probe('gemini') },
  // From 5.1 on; the lookahead excludes Azure's gpt-35-turbo from the later generations.
  { pattern: /codex|gpt-(5\.[1-9]|([6-9]|1\d)(?=[-_.]|$))/, plan: probe('responses') },
];

/** How to probe a model, by the name that the channel lists. */
export function chooseRoute(model: string): ProbePlan {
  const name = model.slice(model.indexOf('/') + 1).toLowerCase();
  const last = name.slice(name.lastIndexOf('/') + 1);
  const row = planRows.find(({ pattern }) => pattern.test(name) || pattern.test(last));
  return row?.plan ?? probe('chat');
}
