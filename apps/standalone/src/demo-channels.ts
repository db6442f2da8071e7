import {
  type BehaviourName,
  behaviours,
  type FakeAccount,
  type FakeProviderOptions,
  type Pace,
} from '@api-monitor/fake-provider';

type Behaviour = (typeof behaviours)[BehaviourName];

/** A channel of the demo: what its provider offers, and how that changes during the demo. */
export interface DemoChannel {
  name: string;
  models: FakeProviderOptions['models'];
  pace: () => Pace;
  /** Models that change through these behaviours, one each round. */
  moods?: Record<string, readonly BehaviourName[]>;
  /** The provider rejects the channel's key. */
  isKeyWrong?: boolean;
  /** What is left at the provider; it changes only while the demo runs. */
  account?: FakeAccount;
  /** What the channel is set to charge, relative to list price; 1 if left out. */
  priceMultiplier?: number;
  tags?: string[];
}

const between = (low: number, high: number) => low + Math.random() * (high - low);
const pace = (latencyMs: number) => (): Pace => ({
  latencyMs: between(latencyMs * 0.6, latencyMs * 1.6),
  pieceDelayMs: between(8, 30),
});

/** The models that the demo's client asks through the gateway. */
export const trafficModels = [
  'gpt-4o',
  'gpt-4o-mini',
  'llama-4-maverick',
  'mistral-large',
  'deepseek-v3.2',
];

/** Fails every second time, so that its alerts don't. */
function unsteady(): Behaviour {
  let asked = 0;
  return (request, response) => {
    asked += 1;
    return behaviours[asked % 2 === 0 ? 'http_503' : 'good'](request, response);
  };
}

/** The account runs dry, and is filled up again. */
const outage: readonly BehaviourName[] = [
  ...(['good', 'good', 'http_402', 'http_402', 'http_402'] as const),
  ...Array.from({ length: 10 }, () => 'good' as const),
];

/** Credit that falls by about what the demo's short requests cost. */
function account(kind: FakeAccount['kind'], left: number, multiplier: number): FakeAccount {
  return { kind, left, multiplier, used: 20, perRequest: 0.0003 };
}

export const demoChannels: readonly DemoChannel[] = [
  {
    name: 'Aurora Relay',
    pace: pace(250),
    account: account('new_api', 48.2, 0.8),
    priceMultiplier: 0.8,
    tags: ['eu'],
    models: {
      'gpt-4o': 'paced',
      'gpt-4o-mini': 'paced',
      'gpt-5.1': 'paced',
      'gpt-5.1-codex': 'good',
      'claude-sonnet-4-5': 'thought_then_text',
      'claude-haiku-4-5': 'paced',
      'gemini-2.5-pro': 'paced',
      'gemini-2.5-flash': 'good',
      'text-embedding-3-large': 'good',
      'glm-4.6': unsteady(),
    },
  },
  {
    name: 'Birch Gateway',
    pace: pace(600),
    account: account('sub2api', 12.5, 1),
    tags: ['us'],
    models: {
      'gpt-4.1': 'paced',
      'deepseek-r1': 'reasoning_only',
      'deepseek-v3.2': 'paced',
      'qwen3-max': 'http_429',
      'claude-opus-4-1': 'page_403',
      'gemini-3-pro': 'good',
      'whisper-1': 'good',
    },
    moods: {
      'deepseek-v3.2': ['paced', 'paced', 'paced', 'hang_midway'],
      'gemini-3-pro': ['good', 'good', 'http_503', 'good', 'reset_midway'],
    },
  },
  {
    name: 'Cobalt Mirror',
    pace: pace(120),
    // It charges more than it is set to, and is soon low, which is told.
    account: account('new_api', 1.02, 0.6),
    priceMultiplier: 0.5,
    tags: ['eu', 'cheap'],
    models: {
      'gpt-4o': 'good',
      'gpt-5-mini': 'wants_max_completion_tokens',
      'llama-4-maverick': 'paced',
      'mistral-large': 'paced',
    },
    moods: {
      'gpt-4o': ['good', 'good', 'good', 'http_500', 'http_500', 'good'],
      'llama-4-maverick': ['paced', 'http_402', 'http_402', 'paced'],
    },
  },
  {
    name: 'Dune Free Tier',
    pace: pace(900),
    tags: ['cheap'],
    models: {
      'gpt-4o-mini': 'http_402',
      'claude-haiku-4-5': 'http_503',
      'glm-4.6': 'page_403',
      'kimi-k2': 'http_429',
    },
  },
  {
    name: 'Ember Hub',
    pace: pace(300),
    models: { 'gpt-4o': 'good' },
    isKeyWrong: true,
  },
  {
    name: 'Fjord Relay',
    pace: pace(200),
    models: { 'gpt-4o': 'good', 'llama-4-maverick': 'good' },
    moods: { 'gpt-4o': outage, 'llama-4-maverick': outage },
  },
];
