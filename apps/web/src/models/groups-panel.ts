import type { InferResponseType } from 'hono/client';
import { type Attempt, idleAttempt } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

type ModelGroups = InferResponseType<ApiClient['api']['model-groups']['$get'], 200>;
type Proposal = ModelGroups['proposals'][number];

interface GroupsOptions {
  client: ApiClient;
  attempt: Attempt;
  language: LanguageStore;
  toasts: ToastStore;
  /** Names became one model, or separate ones. */
  onChange(): void;
}

/** More would push the models off the page. */
const shownAtFirst = 3;

export type GroupsPanel = ReturnType<typeof createGroupsPanel>;

/** Proposals for names that are one model, above the list of models. */
export function createGroupsPanel({ client, attempt, language, toasts, onChange }: GroupsOptions) {
  const groups = client.api['model-groups'];
  return {
    ...idleAttempt({}),
    canChange: false,
    isWhole: false,
    proposals: initially<Proposal[]>([]),
    /** Those that the page shows; nobody sees what he can't decide. */
    get shown(): Proposal[] {
      if (!this.canChange) return [];
      return this.isWhole ? this.proposals : this.proposals.slice(0, shownAtFirst);
    },
    get hiddenCount(): number {
      return this.canChange ? this.proposals.length - this.shown.length : 0;
    },
    get title(): string {
      return language.count('groups.title', this.proposals.length);
    },
    take({ proposals, can_change }: ModelGroups): void {
      this.proposals = proposals;
      this.canChange = can_change;
    },
    async load(): Promise<void> {
      await attempt(this, async () => this.take(await answerOf(groups.$get())));
    },
    showAll(): void {
      this.isWhole = true;
    },
    async accept(key: string): Promise<void> {
      const proposal = this.proposals.find((one) => one.key === key);
      if (!proposal) return;
      const { name, ids } = proposal;
      const isDone = await attempt(this, async () =>
        this.take(await answerOf(groups.$post({ json: { name, ids } }))),
      );
      if (!isDone) return;
      toasts.show(language.t('groups.accepted', { name }));
      onChange();
    },
    async dismiss(key: string): Promise<void> {
      await attempt(this, async () =>
        this.take(await answerOf(groups.dismiss.$post({ json: { key } }))),
      );
    },
    async separate(name: string): Promise<void> {
      const isDone = await attempt(this, async () =>
        this.take(await answerOf(groups.$delete({ query: { name } }))),
      );
      if (!isDone) return;
      toasts.show(language.t('groups.separated', { name }));
      onChange();
    },
  };
}
