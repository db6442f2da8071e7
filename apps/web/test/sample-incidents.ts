import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

interface SampleMember {
  targetId: number;
  channel: string;
  /** null: the whole channel. */
  model: string | null;
  /** Seconds ago; null: it still fails. */
  leftAgo?: number | null;
}

export interface SampleIncident {
  id: number;
  scope: 'channel' | 'vendor' | 'many' | 'network';
  severity: 'critical' | 'warning';
  startedAgo: number;
  endedAgo: number | null;
  lacking?: readonly string[];
  members: readonly SampleMember[];
}

const why = { kind: 'quota', message: 'HTTP 402: Your credit balance is too low' };

/** Writes incidents as the worker would, with their timelines, because real ones take minutes. */
export function writeIncidents(dataDir: string, incidents: readonly SampleIncident[]): void {
  const sqlite = new DatabaseSync(join(dataDir, 'registry.db'), { timeout: 5000 });
  const insertIncident = sqlite.prepare(`
    insert or replace into incidents (id, is_current, scope, cause, kind, severity, started_at, ended_at,
      merged_into, last_join_at, lacking, announced, told, escalated_min, acknowledged_at,
      acknowledged_by, muted_until, events, members)
    values (?, 0, ?, ?, ?, ?, ?, ?, null, ?, ?, null, '[]', 0, null, null, null, ?, ?)`);
  const insertEvent = sqlite.prepare(
    'insert into incident_events (incident_id, seq, at, kind, detail) values (?, ?, ?, ?, ?)',
  );
  const nowS = Math.floor(Date.now() / 1000);
  for (const { id, scope, severity, startedAgo, endedAgo, lacking = [], members } of incidents) {
    const since = nowS - startedAgo;
    const endedAt = endedAgo === null ? null : nowS - endedAgo;
    const stored = members.map(({ targetId, channel, model, leftAgo = endedAgo }) => ({
      subject: {
        ...{ kind: model === null ? 'channel_down' : 'model_down', target_id: targetId },
        ...{ model, name: null },
      },
      ...{ channel, since, left_at: leftAgo === null ? null : nowS - leftAgo },
      ...{ left_by: leftAgo === null ? null : 'up', is_flapping: false, why, figures: {} },
    }));
    const kind = stored[0]?.subject.kind ?? 'model_down';
    const events: [kind: string, at: number, detail: object][] = [
      ['opened', since, { scope, kind }],
      ...stored.map(
        ({ subject }) => ['joined', since, { subject, why }] as [string, number, object],
      ),
      ['severity', since, { from: 'warning', to: severity, lacking }],
      ['told', since + 3, { news: 'opened', notices: [] }],
      ...(endedAt === null
        ? []
        : [['resolved', endedAt, { lasted_s: endedAt - since }] as [string, number, object]]),
    ];
    const lists = [JSON.stringify(lacking), events.length, JSON.stringify(stored)] as const;
    const [lackingText, count, membersText] = lists;
    insertIncident.run(
      ...[id, scope, `sample-${id}`, kind, severity, since, endedAt, since],
      ...[lackingText, count, membersText],
    );
    for (const [index, [name, at, detail]] of events.entries()) {
      insertEvent.run(id, index + 1, at, name, JSON.stringify(detail));
    }
  }
  sqlite.close();
}
