import type { Bus, JobQueue } from '@api-monitor/bus';
import { Gauge, type Registry } from '@api-monitor/runtime';
import type { EventClients } from '../events/event-clients.ts';

/** Registers the api's own metrics: its event clients, and the depth of the queues. */
export function registerApiMetrics(registry: Registry, bus: Bus, clients: EventClients): void {
  new Gauge({
    name: 'api_monitor_event_clients',
    help: 'Clients that listen to the event stream',
    registers: [registry],
    collect() {
      this.set(clients.count());
    },
  });
  const queues: Record<string, Pick<JobQueue<unknown>, 'depth'>> = {
    'scheduled-runs': bus.scheduledRuns,
    'manual-runs': bus.manualRuns,
    'model-probes': bus.modelProbes,
    'balance-polls': bus.balancePolls,
    'channel-tests': bus.channelTests,
    'proxy-requests': bus.proxyRequests,
  };
  new Gauge({
    name: 'api_monitor_queue_jobs',
    help: 'Jobs in a queue, by state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [queue, jobs] of Object.entries(queues)) {
        // Without Redis there are no figures; the other metrics are served all the same.
        const depth = await jobs.depth().catch(() => null);
        if (!depth) return;
        this.set({ queue, state: 'waiting' }, depth.waiting);
        this.set({ queue, state: 'active' }, depth.active);
      }
    },
  });
}
