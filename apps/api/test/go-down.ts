import { alertRuleDefaults, indexChannels, stepIncidents } from '@api-monitor/core';
import { listDestinations, stepStoredAlerts } from '@api-monitor/db';
import type { openTestApi } from './open-test-api.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

/** Channel 1 fails twice, so that people are told. */
export async function goDown({ db, clock }: Pick<TestApi, 'db' | 'clock'>) {
  const channels = indexChannels([
    {
      ...{ id: 1, name: 'Relay A', host: 'a.example', tags: [], models: ['gpt'] },
      answered_at: null,
    },
  ]);
  for (let times = 0; times < 2; times += 1) {
    clock.now += 2;
    const found = {
      subject: { kind: 'channel_down', target_id: 1, model: null, name: null } as const,
      ...{ is_bad: true, at: clock.now, why: { kind: 'quota' as const, message: 'no balance' } },
    };
    const destinations = await listDestinations(db);
    const setup = {
      ...{ rules: alertRuleDefaults, channels, wanted: new Set<string>(), maintenance: [] },
      destinations,
    };
    await stepStoredAlerts(
      db,
      (state) => stepIncidents(state, [found], setup, clock.now),
      clock.now,
    );
  }
}
