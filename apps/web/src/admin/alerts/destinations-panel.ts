import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { AlertDestination } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { createDestinationEditor } from './destination-editor.ts';

/** Where alerts go. */
export function createDestinationsPanel(parts: AdminParts) {
  const { client, language, toasts, confirm, attempt, perform, view } = parts;
  const route = client.api.alerts.destinations;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    destinations: initially<AlertDestination[]>([]),
    editor: createDestinationEditor(parts),
    get rows() {
      const { t, count } = language.translator;
      return this.destinations.map((one) => {
        const { id, name, enabled, severities, quiet_hours, after_min } = one;
        const kind = this.editor.kinds.find((it) => it.kind === one.kind);
        const narrowed =
          one.kinds.length + one.target_ids.length + one.tags.length + one.models.length > 0;
        return {
          ...{ id, name, enabled },
          kindText: kind?.name[language.is] ?? one.kind,
          isSealedElsewhere: one.config === null,
          aboutText: [
            severities.map((it) => t(`incidents.severity.${it}`)).join(', '),
            narrowed ? t('alerts.narrowed') : '',
            quiet_hours ? t('alerts.quiet', { ...quiet_hours, zone: one.time_zone }) : '',
            after_min > 0 ? count('alerts.after', after_min) : '',
          ]
            .filter((text) => text !== '')
            .join(' · '),
        };
      });
    },
    init() {
      view.follow({ tab: 'alerts', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        const [kinds, found, channels] = await Promise.all([
          answerOf(client.api.alerts.kinds.$get()),
          answerOf(route.$get()),
          answerOf(client.api.admin.channels.$get()),
        ]);
        this.editor.kinds = kinds.items;
        this.editor.channels = channels.items.map(({ id, name }) => ({ id, name }));
        this.destinations = found.items;
      });
    },
    put(saved: AlertDestination) {
      const isKnown = this.destinations.some(({ id }) => id === saved.id);
      this.destinations = isKnown
        ? this.destinations.map((one) => (one.id === saved.id ? saved : one))
        : [...this.destinations, saved];
    },
    add() {
      this.editor.open(null, (saved) => this.put(saved));
    },
    edit(id: number) {
      const found = this.destinations.find((one) => one.id === id);
      if (found) this.editor.open(found, (saved) => this.put(saved));
    },
    async pause(id: number, isPaused: boolean) {
      await perform(async () => {
        const json = { enabled: !isPaused };
        const call = route[':id'].$patch({ param: { id: String(id) }, json });
        this.put((await answerOf(call)).item);
      });
    },
    async remove(id: number) {
      const name = this.destinations.find((one) => one.id === id)?.name ?? '';
      const isConfirmed = await confirm.ask({
        title: language.t('alerts.remove.title', { name }),
        body: language.t('alerts.remove.body'),
        action: language.t('alerts.remove'),
      });
      if (!isConfirmed) return;
      await perform(async () => {
        await answerOf(route[':id'].$delete({ param: { id: String(id) } }));
        this.destinations = this.destinations.filter((one) => one.id !== id);
        toasts.show(language.t('alerts.removed', { name }));
      });
    },
  };
}
