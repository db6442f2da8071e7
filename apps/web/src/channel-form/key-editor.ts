import { maskSecret, parseKeyLine, type TargetKey } from '@api-monitor/core';
import type { Channel } from '../channels/channel.ts';
import { keyStateText } from '../channels/wording/key-state-text.ts';
import type { Translator } from '../i18n/translate.ts';
import { initially } from '../shell/initially.ts';
import { linesOf } from './channel-form.ts';

/** A key in the form; one that is stored has its masked form, which leaves it alone. */
interface KeyRow extends TargetKey {
  id: number;
  /** As it may be shown. */
  shown: string;
  stateText: string;
  tone: string;
}

/** The list of a channel's keys in its form; empty if it has one key. */
export function createKeyEditor(translator: () => Translator) {
  let lastId = 0;
  const rowOf = (key: TargetKey, state?: Channel['key_states'][number]): KeyRow => {
    lastId += 1;
    const isStored = key.api_key.includes('…');
    return {
      ...{ ...key, id: lastId },
      shown: isStored ? key.api_key : maskSecret(key.api_key),
      stateText: state ? keyStateText(state, translator()) : translator().t('keys.state.new'),
      tone: state?.state === 'failed' ? 'bad' : state?.state === 'resting' ? 'warn' : 'idle',
    };
  };
  return {
    rows: initially<KeyRow[]>([]),
    get isShown() {
      return this.rows.length > 0;
    },
    /** `channel`: the one that is edited; null: a new one or a copy, whose keys aren't known here. */
    open(channel: Channel | null) {
      const keys = channel?.keys ?? [];
      this.rows = keys.map((key, at) => rowOf({ ...key }, channel?.key_states[at]));
    },
    /** Adds the keys that were pasted, one a line, each once, after the one that there was. */
    add(text: string, only: string) {
      const before = this.rows.length === 0 && only !== '' ? [rowOf(parseKeyLine(only))] : [];
      const known = new Set([...this.rows, ...before].map(({ api_key }) => api_key));
      const added = linesOf(text)
        .map(parseKeyLine)
        .filter(({ api_key }) => !known.has(api_key) && known.add(api_key));
      this.rows = [...this.rows, ...before, ...added.map((key) => rowOf(key))];
    },
    remove(id: number) {
      this.rows = this.rows.filter((row) => row.id !== id);
    },
    clear() {
      this.rows = [];
    },
    /** What the API is sent; undefined: the channel has one key, as before. */
    fields(stored: Channel | null): TargetKey[] | undefined {
      if (this.rows.length === 0 && (stored?.keys.length ?? 0) === 0) return undefined;
      return this.rows.map(({ name, api_key, enabled }) => ({
        ...{ name: name.trim(), api_key, enabled },
      }));
    },
    /** The key that a test of the form uses; '' if that is the stored one. */
    tested(): string {
      const { api_key = '' } = this.rows.find(({ enabled }) => enabled) ?? {};
      return api_key.includes('…') ? '' : api_key;
    },
  };
}
