import type { Incident } from '@api-monitor/core';
import { type Attempt, idleAttempt } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import { channelsOf, type IncidentCard, incidentCard, isShown } from './incident-card.ts';
import { deliveryRow, memberRow, timelineRow } from './incident-detail.ts';
import { type IncidentFilter, type IncidentsAddress, incidentStates } from './incidents-address.ts';
import { createServingReader } from './serving.ts';

interface IncidentsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
  nowS(): number;
  address: IncidentsAddress;
  /** The filter or the open incident changed. */
  onViewChange(): void;
}

type Detail = Awaited<ReturnType<typeof readDetail>>;

const pageLength = 50;
const mostMembers = 40;
const muteHours = [1, 4, 24, 168] as const;

async function readDetail(client: ApiClient, id: number) {
  const param = { id: String(id) };
  const detail = await answerOf(client.api.incidents[':id'].$get({ param }));
  return { ...detail, areAllMembersShown: false };
}

/** The page of incidents: the open ones, and those that are over, page by page. */
export function createIncidentsPanel(options: IncidentsOptions) {
  const { client, page, language, toasts, attempt, nowS, address, onViewChange } = options;
  let turn = 0;

  /** The channels of all incidents that were seen, by their names. */
  const idsByChannel = new Map<string, number>();

  const rememberChannels = (incidents: readonly Incident[]) => {
    for (const { channel, subject } of incidents.flatMap(({ members }) => members)) {
      if (channel !== null && subject.target_id !== null)
        idsByChannel.set(channel, subject.target_id);
    }
  };

  const ask = (
    asked: { state: 'open' | 'past'; before_id?: string; limit: string },
    filter: IncidentFilter,
  ) => {
    const { severity, channel } = filter;
    const id = idsByChannel.get(channel);
    const query = {
      ...asked,
      ...(severity === '' ? {} : { severity }),
      ...(id === undefined ? {} : { target_id: String(id) }),
    };
    return page.attempt(() => answerOf(client.api.incidents.$get({ query })));
  };

  return {
    ...idleAttempt({}),
    filter: address.filter,
    openId: address.openId,
    states: incidentStates,
    muteHours,
    incidents: initially<Incident[]>([]),
    openCount: 0,
    hasOlder: false,
    canChange: false,
    detail: initially<Detail | null>(null),
    serving: createServingReader(client),

    get channels(): string[] {
      // Those of a filtered list are few.
      return [...new Set([...idsByChannel.keys(), ...channelsOf(this.incidents)])].sort((a, b) =>
        a.localeCompare(b),
      );
    },
    get isFiltering(): boolean {
      const { state, severity, channel } = this.filter;
      return state !== 'all' || severity !== '' || channel !== '';
    },
    get cards(): IncidentCard[] {
      const shown = this.incidents.filter((one) => isShown(one, this.filter));
      return shown.map((one) => incidentCard(one, language.translator, nowS()));
    },
    get openCards(): IncidentCard[] {
      return this.cards.filter(({ isOpen }) => isOpen);
    },
    get pastCards(): IncidentCard[] {
      return this.cards.filter(({ isOpen }) => !isOpen);
    },
    get headline(): string {
      return this.openCount === 0
        ? language.t('incidents.none_open')
        : language.count('incidents.open', this.openCount);
    },
    get members(): ReturnType<typeof memberRow>[] {
      const { item, areAllMembersShown } = this.detail ?? {};
      if (!item) return [];
      const all = item.members.toSorted(
        (a, b) =>
          (a.left_at ?? Number.MAX_VALUE) - (b.left_at ?? Number.MAX_VALUE) || a.since - b.since,
      );
      const failingFirst = all.toReversed();
      const shown = areAllMembersShown ? failingFirst : failingFirst.slice(0, mostMembers);
      return shown.map((one) => {
        const serving = this.serving.of(one.subject.model);
        return memberRow(one, serving, language.translator, nowS());
      });
    },
    get hiddenMembers(): number {
      return (this.detail?.item.members.length ?? 0) - this.members.length;
    },
    get timeline(): ReturnType<typeof timelineRow>[] {
      const events = this.detail?.events ?? [];
      return events.map((event) => timelineRow(event, language.translator)).toReversed();
    },
    get deliveries(): ReturnType<typeof deliveryRow>[] {
      const { deliveries = [], destinations = [] } = this.detail ?? {};
      return deliveries.map((one) => {
        const name = destinations.find(({ id }) => id === one.destination_id)?.name;
        const shown = name ?? language.t('delivery.destination_gone');
        return deliveryRow(one, shown, language.translator);
      });
    },
    setFilter(name: keyof IncidentFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      onViewChange();
      void this.load();
    },
    clearFilter(): void {
      this.filter = { state: 'all', severity: '', channel: '' };
      onViewChange();
      void this.load();
    },
    async load(): Promise<boolean> {
      turn += 1;
      const mine = turn;
      const open = await ask({ state: 'open', limit: '200' }, this.filter);
      const past = open && (await ask({ state: 'past', limit: String(pageLength) }, this.filter));
      if (mine !== turn) return true;
      if (!open || !past) return page.mayWatch;
      this.incidents = [...open.items, ...past.items];
      rememberChannels(this.incidents);
      this.openCount = open.open;
      this.canChange = open.can_change;
      this.hasOlder = past.next_before_id !== null;
      page.phase = 'ready';
      if (this.openId !== null) await this.loadDetail(this.openId);
      return true;
    },
    async loadOlder(): Promise<void> {
      const oldest = this.incidents.findLast(({ ended_at }) => ended_at !== null);
      const before_id = String(oldest?.id ?? 0);
      const asked = { state: 'past', before_id, limit: String(pageLength) } as const;
      const answer = await ask(asked, this.filter);
      if (!answer) return;
      this.hasOlder = answer.next_before_id !== null;
      const known = new Set(this.incidents.map(({ id }) => id));
      this.incidents = [...this.incidents, ...answer.items.filter(({ id }) => !known.has(id))];
      rememberChannels(answer.items);
    },
    async toggle(id: number): Promise<void> {
      this.openId = this.openId === id ? null : id;
      this.detail = null;
      this.failure = '';
      onViewChange();
      if (this.openId !== null) await this.loadDetail(id);
    },
    async loadDetail(id: number): Promise<void> {
      try {
        const detail = await readDetail(client, id);
        if (this.openId !== id) return;
        const areAllMembersShown = this.detail?.areAllMembersShown ?? false;
        this.detail = { ...detail, areAllMembersShown };
        this.put(detail.item);
        const failing = detail.item.members.filter(({ left_at }) => left_at === null);
        const models = failing.slice(0, mostMembers).flatMap(({ subject }) => subject.model ?? []);
        await this.serving.read(models);
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        this.failure = language.t('incidents.detail_failed');
      }
    },
    put(item: Incident): void {
      const isKnown = this.incidents.some(({ id }) => id === item.id);
      this.incidents = isKnown
        ? this.incidents.map((one) => (one.id === item.id ? item : one))
        : [...this.incidents, item].sort((a, b) => b.id - a.id);
    },
    showAllMembers(): void {
      if (this.detail) this.detail = { ...this.detail, areAllMembersShown: true };
    },
    async acknowledge(acknowledged: boolean): Promise<void> {
      const id = this.openId;
      if (id === null) return;
      await this.change(id, () =>
        client.api.incidents[':id'].acknowledge.$post({
          ...{ param: { id: String(id) }, json: { acknowledged } },
        }),
      );
    },
    /** `hours`: as chosen from the list. */
    muteFor(hours: string): Promise<void> {
      return this.mute(Number(hours));
    },
    async mute(hours: number | null): Promise<void> {
      const id = this.openId;
      if (id === null) return;
      const until = hours === null ? null : Math.round(nowS() + hours * 3600);
      await this.change(id, () =>
        client.api.incidents[':id'].mute.$post({ param: { id: String(id) }, json: { until } }),
      );
    },
    async change(
      id: number,
      call: () => ReturnType<(typeof client.api.incidents)[':id']['mute']['$post']>,
    ): Promise<void> {
      const isDone = await attempt(this, async () => {
        this.put((await answerOf(call())).item);
      });
      if (!isDone) toasts.show(this.failure, { tone: 'bad' });
      await this.loadDetail(id);
    },
  };
}
