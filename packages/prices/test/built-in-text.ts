import { findProvider } from '@pydantic/genai-prices';
import { knownProviders } from '../src/providers.ts';
import { readGenaiPrices } from '../src/read-genai-prices.ts';

/** What `built-in.json` contains: the data of the package, as text. */
export function builtInText(): string {
  const providers = Object.keys(knownProviders).flatMap(
    (providerId) => findProvider({ providerId }) ?? [],
  );
  const { providers: kept } = readGenaiPrices(providers);
  const lines = kept.map(({ id, models }) => {
    const rows = models.map((model) => JSON.stringify(model)).join(',\n');
    return `{"id":${JSON.stringify(id)},"models":[\n${rows}\n]}`;
  });
  return `{"providers":[\n${lines.join(',\n')}\n]}\n`;
}
