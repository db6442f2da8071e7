import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { type Lookup, shareLookups } from './share-lookups.ts';

type Answer = Parameters<Lookup>[2];
const addresses: LookupAddress[] = [{ address: '192.0.2.1', family: 4 }];

function lookupByHand() {
  const asked: { hostname: string; answer: Answer }[] = [];
  const lookup = shareLookups((hostname, _options, answer) => asked.push({ hostname, answer }));
  return { asked, lookup };
}

test('a name is looked up once at a time, and everyone who asked gets the answer', () => {
  const { asked, lookup } = lookupByHand();
  const answers: unknown[] = [];
  const ask = (hostname: string) =>
    lookup(hostname, { all: true }, (error, found) => answers.push(error ?? found));
  for (const hostname of ['slow.example', 'slow.example', 'other.example']) ask(hostname);
  expect(asked.map(({ hostname }) => hostname)).toEqual(['slow.example', 'other.example']);
  asked[0]?.answer(null, addresses);
  expect(answers).toEqual([addresses, addresses]);
  const fault = new Error('no such name');
  asked[1]?.answer(fault, []);
  expect(answers.at(-1)).toBe(fault);
});

test('an answer is not kept: the next request looks the name up again', () => {
  const { asked, lookup } = lookupByHand();
  for (let count = 0; count < 2; count += 1) {
    lookup('a.example', { all: true }, () => {});
    asked.at(-1)?.answer(null, addresses);
  }
  expect(asked).toHaveLength(2);
});
