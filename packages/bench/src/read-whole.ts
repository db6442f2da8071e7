import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { apiToken } from './start-product.ts';

export interface Reader {
  /** The answer's length in bytes, read to its end; throws for any status but 200. */
  read(url: string): Promise<number>;
  close(): void;
}

/** Reads answers over connections that are kept, and throws the bytes away. */
export function createReader(acceptEncoding = 'identity'): Reader {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${apiToken}`, 'accept-encoding': acceptEncoding };
  return {
    async read(url) {
      const [response] = (await once(get(url, { agent, headers }), 'response')) as [
        IncomingMessage,
      ];
      if (response.statusCode !== 200) throw new Error(`${url}: HTTP ${response.statusCode}`);
      let bytes = 0;
      for await (const chunk of response) bytes += (chunk as Buffer).length;
      return bytes;
    },
    close: () => agent.destroy(),
  };
}
