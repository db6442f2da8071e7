import { expect, it } from 'vitest';
import { ApiFailure } from '../api/failure.ts';
import { createSignIn, type Login } from './sign-in.ts';

function keep(entries: Record<string, string> = {}) {
  const kept = new Map(Object.entries(entries));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    keys: () => [...kept.keys()],
  };
}

const former = { api_monitor_token: 'a-token' };

it('a token that an earlier version kept becomes a login once', async () => {
  const [device, tab] = [keep(former), keep()];
  const signIn = createSignIn({ base: '/', device, tab });
  const logins: Login[] = [];
  const logIn = async (login: Login) => void logins.push(login);
  await signIn.moveToken(logIn);
  await signIn.moveToken(logIn);
  expect(logins).toEqual([{ token: 'a-token', remember: true }]);
  expect([device.keys(), signIn.isMarked()]).toEqual([['api_monitor_login /'], true]);
});

it.each([
  [401, false],
  [0, true],
  [429, true],
])('after a %i the old token is kept: %s', async (status, isKept) => {
  const [device, tab] = [keep(), keep(former)];
  const signIn = createSignIn({ base: '/', device, tab });
  await signIn.moveToken(() => Promise.reject(new ApiFailure(status)));
  expect([tab.keys().length === 1, signIn.isMarked()]).toEqual([isKept, false]);
});

it('monitors below different paths of an origin have logins of their own', () => {
  const [device, tab] = [keep(), keep()];
  createSignIn({ base: '/a/', device, tab }).mark(true);
  expect(createSignIn({ base: '/b/', device, tab }).isMarked()).toBe(false);
});
