import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the provider answers with: a short answer, or a stream at one of three paces. */
export type Kind = (typeof kinds)[number];
export const kinds = ['json', 'burst', 'paced', 'brief'] as const;

export const contenderNames = ['direct', 'nginx', 'bare', 'gateway'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** One way to the provider. */
export interface Contender {
  name: ContenderName;
  url(kind: Kind): string;
  key: string;
  body(kind: Kind, promptBytes: number): string;
}

export interface Origins {
  provider: string;
  streamProvider: string;
  nginx: string;
  bare: string;
  gateway: string;
}

/** The model that every channel of the benchmark has. */
export const modelName = 'vendor/model-0';

export type Contenders = Record<ContenderName, Contender>;

/** Straight to the provider, by nginx, by a bare relay, and by the gateway: the same request. */
export function contendersOf(origins: Origins, gatewayKey: string): Contenders {
  const providerOf = (kind: Kind) => origins[isPaced(kind) ? 'streamProvider' : 'provider'];
  const plain = { key: 'sk-of-the-channel', body: bodyWith(() => modelName) };
  return {
    direct: { ...plain, name: 'direct', url: (kind) => providerOf(kind) + pathOf(kind) },
    nginx: { ...plain, name: 'nginx', url: (kind) => origins.nginx + pathOf(kind) },
    bare: { ...plain, name: 'bare', url: (kind) => origins.bare + pathOf(kind) },
    gateway: {
      name: 'gateway',
      key: gatewayKey,
      url: () => `${origins.gateway}/v1/chat/completions`,
      // The channel is named as its kind is.
      body: bodyWith((kind) => `${kind}/${modelName}`),
    },
  };
}

/** Whether a kind comes from the provider of paced streams. */
export function isPaced(kind: Kind): boolean {
  return kind === 'paced' || kind === 'brief';
}

/** Writes a contender's body to a file, for wrk; returns the file's path. */
export async function writeBody(
  folder: string,
  contender: Contender,
  kind: Kind,
  promptBytes: number,
): Promise<string> {
  const file = join(folder, `${contender.name}-${kind}-${promptBytes}.json`);
  await writeFile(file, contender.body(kind, promptBytes));
  return file;
}

function pathOf(kind: Kind): string {
  return `/${kind}/v1/chat/completions`;
}

function bodyWith(modelOf: (kind: Kind) => string): Contender['body'] {
  return (kind, promptBytes) =>
    JSON.stringify({
      model: modelOf(kind),
      stream: kind !== 'json',
      messages: [{ role: 'user', content: 'lorem ipsum '.repeat(promptBytes / 12) }],
    });
}
