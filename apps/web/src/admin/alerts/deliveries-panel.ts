import type { Delivery } from '@api-monitor/core';
import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import { deliveryRow } from '../../incidents/incident-detail.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

const pageLength = 50;

/** The log of what was sent, with the vendors' answers. */
export function createDeliveriesPanel(parts: AdminParts) {
  const { client, language, toasts, attempt, perform, view } = parts;
  const route = client.api.alerts.deliveries;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    /** A destination's id as text; '' shows all. */
    destinationId: '',
    destinations: initially<{ id: string; name: string }[]>([]),
    deliveries: initially<Delivery[]>([]),
    next: initially<number | null>(null),
    get rows(): ReturnType<typeof deliveryRow>[] {
      return this.deliveries.map((one) => {
        const found = this.destinations.find(({ id }) => id === String(one.destination_id));
        const name = found?.name ?? language.t('delivery.destination_gone');
        return deliveryRow(one, name, language.translator);
      });
    },
    init() {
      view.follow({ tab: 'alerts', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        const destinations = await answerOf(client.api.alerts.destinations.$get());
        this.destinations = destinations.items.map(({ id, name }) => ({ id: String(id), name }));
        const answer = await answerOf(route.$get({ query: this.query() }));
        this.deliveries = answer.items;
        this.next = answer.next_before_id;
      });
    },
    query() {
      const { destinationId: destination_id } = this;
      return { limit: String(pageLength), ...(destination_id ? { destination_id } : {}) };
    },
    setDestination(id: string) {
      this.destinationId = id;
      return this.load();
    },
    async loadOlder() {
      await perform(async () => {
        const query = { ...this.query(), before_id: String(this.next) };
        const answer = await answerOf(route.$get({ query }));
        this.deliveries = [...this.deliveries, ...answer.items];
        this.next = answer.next_before_id;
      });
    },
    async retry(id: number) {
      await perform(async () => {
        const { item } = await answerOf(route[':id'].retry.$post({ param: { id: String(id) } }));
        this.deliveries = this.deliveries.map((one) => (one.id === id ? item : one));
        toasts.show(language.t('alerts.retried'));
      });
    },
  };
}
