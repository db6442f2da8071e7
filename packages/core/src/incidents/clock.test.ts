import { expect, test } from 'vitest';
import { createWorld } from '../../test/incident-world.ts';
import { stepIncidents } from './step-incidents.ts';

test('after a clock that was hours ahead is set right, outages are told as before', () => {
  const ahead = createWorld({ channels: { A: ['a'], B: ['b'], C: ['c'] } });
  ahead.at('9:00:00').fails('A', 'a').at('9:00:02').fails('A', 'a');
  ahead.at('9:00:04').fails('B', 'b').at('9:00:06').fails('B', 'b');
  const { setup, startedAt } = ahead.parts();
  let state = ahead.state();
  const titles: string[] = [];
  const subject = { kind: 'model_down', target_id: 3, model: 'c', name: null } as const;
  for (let second = 60; second < 300; second += 5) {
    const at = startedAt + second;
    const found = second < 80 ? [{ subject, is_bad: true, at }] : [];
    const stepped = stepIncidents(state, found, setup, at);
    titles.push(
      ...stepped.notices.flatMap(({ news }) =>
        news.map(({ incident }) => incident.channels.join()),
      ),
    );
    state = stepped.state;
  }
  expect(titles).toEqual(['B', 'C']);
});
