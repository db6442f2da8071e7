/** A provider whose prices are kept. */
interface KnownProvider {
  /** Its own API; absent: it has several, or none that relays aren't mistaken for. */
  host?: string;
  /** It makes the models, so its prices are what others are compared with. */
  isMaker?: true;
}

/**
 * The providers of the price table, in the order in which they are asked; by the ids of
 * `@pydantic/genai-prices`. Of the others no relay resells models under names of their own.
 */
export const knownProviders: Readonly<Record<string, KnownProvider>> = {
  anthropic: { host: 'api.anthropic.com', isMaker: true },
  openai: { host: 'api.openai.com', isMaker: true },
  google: { host: 'googleapis.com', isMaker: true },
  deepseek: { host: 'api.deepseek.com', isMaker: true },
  'x-ai': { host: 'api.x.ai', isMaker: true },
  moonshotai: { host: 'api.moonshot.ai', isMaker: true },
  zai: { host: 'api.z.ai', isMaker: true },
  zhipuai: { host: 'open.bigmodel.cn', isMaker: true },
  minimax: { host: 'api.minimax.io', isMaker: true },
  mistral: { host: 'api.mistral.ai', isMaker: true },
  cohere: { host: 'api.cohere.com', isMaker: true },
  perplexity: { host: 'api.perplexity.ai', isMaker: true },
  voyageai: { host: 'api.voyageai.com', isMaker: true },
  openrouter: { host: 'openrouter.ai' },
  aws: { host: 'amazonaws.com' },
  azure: { host: 'openai.azure.com' },
  groq: { host: 'api.groq.com' },
  together: { host: 'api.together.xyz' },
  fireworks: { host: 'api.fireworks.ai' },
  novita: { host: 'api.novita.ai' },
  cerebras: { host: 'api.cerebras.ai' },
  cloudflare: { host: 'api.cloudflare.com' },
};
