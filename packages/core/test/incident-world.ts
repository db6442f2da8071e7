import {
  type AlertRules,
  type AlertSetup,
  type AlertState,
  actOnIncident,
  alertRuleDefaults,
  alertsAtStart,
  composeNotice,
  type Destination,
  destinationDefaults,
  type IncidentAction,
  indexChannels,
  type Maintenance,
  type Observation,
  type OutgoingNotice,
  type Stepped,
  type Subject,
  stepIncidents,
  type WatchedChannel,
  type Why,
} from '../src/index.ts';

/** 2026-11-02 00:00 UTC, a Monday. */
export const startS = Date.UTC(2026, 10, 2) / 1000;

export interface WorldOptions {
  /** Each channel's models; its host is its own name, and its id its place, from 1. */
  channels: Record<string, string[]>;
  hosts?: Record<string, string>;
  tags?: Record<string, string[]>;
  /** The names of channels that aren't watched. */
  paused?: string[];
  wanted?: string[];
  rules?: Partial<AlertRules>;
  /** By default there is one that is told of everything. */
  destinations?: Partial<Destination>[];
  maintenance?: Partial<Maintenance>[] | undefined;
}

function channelsOf({
  channels,
  hosts = {},
  tags = {},
  paused = [],
}: WorldOptions): WatchedChannel[] {
  const all = Object.entries(channels).map(([name, models], index) => ({
    id: index + 1,
    name,
    host: hosts[name] ?? `api.${name.toLowerCase()}.example`,
    tags: tags[name] ?? [],
    models,
    answered_at: null,
  }));
  return all.filter(({ name }) => !paused.includes(name));
}

export function destination(fields: Partial<Destination>, index = 0): Destination {
  const times = { created_at: 0, updated_at: 0 };
  return {
    id: index + 1,
    name: 'Ops',
    kind: 'webhook',
    ...destinationDefaults,
    ...times,
    ...fields,
  };
}

export function maintenance(fields: Partial<Maintenance>, index = 0): Maintenance {
  return {
    ...{ id: index + 1, name: 'Works', enabled: true, target_ids: [], tags: [], models: [] },
    ...{ is_public: true, drains: false },
    schedule: { kind: 'once', from: startS, until: startS + 3600 },
    ...fields,
  };
}

function setupOf(options: WorldOptions): AlertSetup {
  return {
    rules: { ...alertRuleDefaults, ...options.rules },
    channels: indexChannels(channelsOf(options)),
    wanted: new Set(options.wanted),
    maintenance: (options.maintenance ?? []).map(maintenance),
    destinations: (options.destinations ?? [{}]).map(destination),
  };
}

/** A monitor on a clock: findings come at given seconds, and it steps every few seconds in between. */
export function createWorld(options: WorldOptions, { isRepeated = false, everyS = 5 } = {}) {
  let setup = setupOf(options);
  let state: AlertState = alertsAtStart;
  let nowS = startS;
  const told: OutgoingNotice[] = [];
  const steps: Stepped[] = [];

  const step = (observations: readonly Observation[]) => {
    const stepped = stepIncidents(state, observations, setup, nowS);
    steps.push(stepped);
    told.push(...stepped.notices);
    // As after a restart.
    state = JSON.parse(JSON.stringify(stepped.state));
    if (!isRepeated) return;
    const again = stepIncidents(state, observations, setup, nowS);
    told.push(...again.notices);
    state = JSON.parse(JSON.stringify(again.state));
  };
  const idOf = (channel: string) => {
    const found = [...setup.channels.byId.values()].find(({ name }) => name === channel);
    if (!found) throw new Error(`there is no channel ${channel}`);
    return found.id;
  };
  const subject = (
    kind: Subject['kind'],
    channel: string | null,
    fields: Partial<Subject> = {},
  ) => ({
    ...{ kind, target_id: channel === null ? null : idOf(channel), model: null, name: null },
    ...fields,
  });

  const world = {
    told,
    steps,
    state: () => state,
    parts: () => ({ setup, startedAt: startS }),
    /** Since the start. */
    seconds: () => nowS - startS,
    /** Goes on to so many seconds (or 'h:mm:ss') after the start. */
    at(time: number | string) {
      const endS = startS + (typeof time === 'number' ? time : secondsOf(time));
      while (nowS + everyS < endS) {
        nowS += everyS;
        step([]);
      }
      nowS = endS;
      step([]);
      return world;
    },
    observe(...observations: Observation[]) {
      step(observations);
      return world;
    },
    fails(channel: string, model: string, why: Partial<Why> = {}) {
      return world.observe({
        ...{ subject: subject('model_down', channel, { model }), is_bad: true, at: nowS },
        why: { kind: 'upstream', message: 'HTTP 503: no capacity', ...why },
      });
    },
    answers(channel: string, model: string, times = 1) {
      const about = subject('model_down', channel, { model });
      return world.observe({ subject: about, is_bad: false, at: nowS, times });
    },
    channelFails(channel: string, why: Partial<Why> = {}) {
      return world.observe({
        ...{ subject: subject('channel_down', channel), is_bad: true, at: nowS },
        why: { kind: 'quota', message: 'insufficient balance', ...why },
      });
    },
    channelAnswers(channel: string) {
      return world.observe({ subject: subject('channel_down', channel), is_bad: false, at: nowS });
    },
    key(channel: string, name: string, is_bad: boolean) {
      return world.observe({
        ...{ subject: subject('key_down', channel, { name }), is_bad, at: nowS },
        why: { kind: 'auth', message: 'invalid api key' },
      });
    },
    other(
      kind: Subject['kind'],
      channel: string | null,
      fields: Partial<Observation & Subject> = {},
    ) {
      const { model = null, name = null, ...rest } = fields;
      const about = subject(kind, channel, { model, name });
      return world.observe({ subject: about, is_bad: true, at: nowS, ...rest });
    },
    act(id: number, action: IncidentAction) {
      const acted = actOnIncident(state, id, action, nowS);
      if (!acted) throw new Error(`there is no open incident ${id}`);
      state = acted.state;
      return world;
    },
    change(changed: Partial<WorldOptions>) {
      setup = setupOf({ ...options, ...changed });
      return world;
    },
    /** `h:mm:ss severity: title`, with the destination's name if there are several, and when it is held until. */
    titles() {
      return told.map((notice) => {
        const found = setup.destinations.find(({ id }) => id === notice.destination_id);
        const to = found ?? destination({});
        const { title, severity } = composeNotice({
          ...{ key: notice.key, news: notice.news, destination: to },
          ...{ baseUrl: null, nowS: notice.created_at },
        });
        const who = setup.destinations.length > 1 ? `${to.name} ` : '';
        const held = notice.due_at > notice.created_at ? ` (at ${clock(notice.due_at)})` : '';
        return `${clock(notice.created_at)}${held} ${who}${severity}: ${title}`;
      });
    },
  };
  return world;
}

export type World = ReturnType<typeof createWorld>;

function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

function clock(timeS: number): string {
  const seconds = Math.round(timeS - startS);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
