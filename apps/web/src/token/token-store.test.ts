import { expect, it } from 'vitest';
import { createTokenStore } from './token-store.ts';

function keep() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

it('a token is kept on the device or for the tab, never in both', () => {
  const [device, tab] = [keep(), keep()];
  const tokens = createTokenStore(device, tab);
  tokens.write('first', true);
  tokens.write('second', false);
  expect(device.getItem('api_monitor_token')).toBeNull();
  expect(tokens.read()).toBe('second');
  tokens.forget();
  expect(tokens.read()).toBeNull();
});
