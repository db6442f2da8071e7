import type { Translator } from '../../i18n/translate.ts';
import type { Channel } from '../channel.ts';
import { kindText } from './kind-text.ts';

/** What is known about a key, in a few words: `Works`, `Invalid API key (HTTP 401)`. */
export function keyStateText(
  { state, error_kind, status }: Channel['key_states'][number],
  translator: Translator,
): string {
  if (error_kind !== null) return kindText(error_kind, status, translator);
  return translator.t(`keys.state.${state}`);
}
