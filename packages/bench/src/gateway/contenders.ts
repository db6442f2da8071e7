import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the provider answers with: a short answer, or a stream at one of three paces. */
export type Kind = (typeof kinds)[number];
export const kinds = ['json', 'burst', 'paced', 'brief'] as const;

/** One way to the provider. */
export interface Contender {
  name: string;
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
  /** The gateway of another checkout. */
  before?: string;
}

/** The model that every channel of the benchmark has. */
export const modelName = 'vendor/model-0';

/** The same request straight to the provider, by nginx, by a bare relay, and by the gateways. */
export function contendersOf(origins: Origins, gatewayKey: string): Contender[] {
  const relays = {
    direct: (kind: Kind) => origins[isPaced(kind) ? 'streamProvider' : 'provider'],
    nginx: () => origins.nginx,
    bare: () => origins.bare,
  };
  const plain = { key: 'sk-of-the-channel', body: bodyWith(() => modelName) };
  const relayContenders = Object.entries(relays).map(([name, originOf]) => {
    return { ...plain, name, url: (kind: Kind) => `${originOf(kind)}/${kind}${path}` };
  });
  const { before, gateway } = origins;
  const gateways = Object.entries(before === undefined ? { gateway } : { before, gateway });
  // The channel has the name of its kind.
  const body = bodyWith((kind) => `${kind}/${modelName}`);
  return [
    ...relayContenders,
    ...gateways.map(([name, origin]) => ({
      name,
      key: gatewayKey,
      url: () => origin + path,
      body,
    })),
  ];
}

const path = '/v1/chat/completions';

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

function bodyWith(modelOf: (kind: Kind) => string): Contender['body'] {
  return (kind, promptBytes) =>
    JSON.stringify({
      model: modelOf(kind),
      stream: kind !== 'json',
      messages: [{ role: 'user', content: 'lorem ipsum '.repeat(promptBytes / 12) }],
    });
}
