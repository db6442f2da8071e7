import type { InferResponseType } from 'hono/client';
import { type ApiClient, answerOf } from '../../api/client.ts';
import { ApiFailure } from '../../api/failure.ts';
import type { Channel } from '../../channels/channel.ts';

export type ProbeUsage = InferResponseType<
  ApiClient['api']['targets'][':id']['probe-usage']['$get'],
  200
>['item'];

interface ProbeUsageOptions {
  client: ApiClient;
  /** An answer arrived. */
  onChange(): void;
}

type Counted = Pick<Channel, 'id' | 'probe_requests_today'>;

/** What checks have cost today, model by model, of the channels of which a reader wants to know it. */
export function createProbeUsage({ client, onChange }: ProbeUsageOptions) {
  const byChannel = new Map<number, ProbeUsage | 'loading' | 'failed'>();
  /** How many requests the card counted when its channel was asked about. */
  const askedAt = new Map<number, number>();

  const load = async (id: number) => {
    try {
      const param = { id: String(id) };
      const answer = await answerOf(client.api.targets[':id']['probe-usage'].$get({ param }));
      byChannel.set(id, answer.item);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (byChannel.get(id) === 'loading') byChannel.set(id, 'failed');
    }
    onChange();
  };

  return {
    of: (id: number) => byChannel.get(id),
    open(id: number): void {
      byChannel.set(id, 'loading');
      askedAt.delete(id);
      onChange();
    },
    close(id: number): void {
      byChannel.delete(id);
    },
    /** Asks about a channel that was opened, and again once its card counts other requests. */
    follow({ id, probe_requests_today }: Counted): void {
      if (!byChannel.has(id) || askedAt.get(id) === probe_requests_today) return;
      askedAt.set(id, probe_requests_today);
      void load(id);
    },
  };
}
