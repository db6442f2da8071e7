import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

test('what was counted is in the metrics once, by its labels', async () => {
  const registry = new Registry();
  const registers = [registry];
  const count = createTally({
    name: 'a_total',
    help: 'a',
    labelNames: ['route', 'end'],
    registers,
  });
  count(1, 'chat', '2xx');
  count(2, 'chat', '2xx');
  count(1, 'gemini', '4xx');
  const lines = ['a_total{route="chat",end="2xx"} 3', 'a_total{route="gemini",end="4xx"} 1'];
  expect(await registry.metrics()).toContain(lines.join('\n'));
  expect(await registry.metrics()).toContain(lines.join('\n'));
  count(1, 'chat', '2xx');
  expect(await registry.metrics()).toContain('a_total{route="chat",end="2xx"} 4');
});
