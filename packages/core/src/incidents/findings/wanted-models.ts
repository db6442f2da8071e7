import type { AliasIndex } from '../../names/alias-group.ts';
import { modelKey, namesWithin } from '../../routing/asked-route.ts';

// Browsers import this file, so it must not import zod.

interface Wanting {
  /** The names that keys list. */
  listed: readonly string[];
  /** The models that traffic asked for lately, as channels call them. */
  asked: readonly string[];
  aliases: AliasIndex;
}

/** The models that people would miss, by their public names. A pattern or a tag names none in particular. */
export function wantedModels({ listed, asked, aliases }: Wanting): Set<string> {
  const named = listed
    .filter((entry) => !entry.includes('*') && !entry.startsWith('tag:'))
    .flatMap((entry) => [modelKey(entry), ...namesWithin(entry).map(({ model }) => model)]);
  return new Set([...named, ...asked.map(modelKey)].map((name) => publicNameOf(name, aliases)));
}

/** The name under which people know a model. */
export function publicNameOf(name: string, aliases: AliasIndex): string {
  return aliases.groupOf(name)?.name ?? name;
}
