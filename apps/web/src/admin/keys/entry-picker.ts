import { answerOf } from '../../api/client.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { linesOf } from './key-form.ts';
import { createNameIndex, type FoundEntry, type Match, type NameIndex } from './name-index.ts';

/** Of a long list; the rest can be shown, or edited as text. */
const shownAtFirst = 50;

/** Searches channels, tags and models for a key's list of models, and says what each entry matches now. */
export function createEntryPicker({ client, language, attempt }: AdminParts) {
  let index: NameIndex | null = null;
  const matchText = ({ channels, models }: Match) => {
    const { count, t } = language.translator;
    if (channels === 0) return t('admin.entries.nothing');
    return t('admin.entries.match', {
      channels: count('admin.entries.channels', channels),
      models: count('admin.entries.models', models),
    });
  };
  const rowOf = (entry: string) => ({
    entry,
    matchText: index ? matchText(index.matchOf(entry)) : '',
  });

  return {
    isBusy: false,
    failure: '',
    isReady: false,
    isListOpen: false,
    isWhole: false,
    isText: false,
    query: '',
    /** The option that Enter takes. */
    active: 0,
    found: initially<FoundEntry[]>([]),
    async open(): Promise<void> {
      Object.assign(this, { isWhole: false, isText: false, isReady: index !== null });
      this.search('');
      this.isListOpen = false;
      this.isReady = await attempt(this, async () => {
        index = createNameIndex(await answerOf(client.api.proxy.names.$get()));
        // Something may have been typed meanwhile.
        this.found = index.search(this.query);
      });
    },
    get options() {
      if (!this.isReady || !index) return [];
      const { active, found } = this;
      return found.map(({ entry, kind }, at) => ({
        ...rowOf(entry),
        at,
        id: `entry-option-${at}`,
        kindText: language.t(`admin.entries.kind.${kind}`),
        isActive: at === active,
      }));
    },
    /** For the screen reader: the option that the arrow keys have reached. */
    get activeId(): string {
      return this.isListOpen && this.found.length > 0 ? `entry-option-${this.active}` : '';
    },
    get isEmpty(): boolean {
      return this.isListOpen && this.isReady && this.query !== '' && this.found.length === 0;
    },
    rowsOf(text: string) {
      const entries = linesOf(text);
      const shown = this.isWhole ? entries : entries.slice(0, shownAtFirst);
      // Reading `isReady` draws the rows again once the names have arrived.
      return shown.map((entry) => (this.isReady ? rowOf(entry) : { entry, matchText: '' }));
    },
    hiddenCount(text: string): number {
      return this.isWhole ? 0 : Math.max(0, linesOf(text).length - shownAtFirst);
    },
    showAll(): void {
      this.isWhole = true;
    },
    toggleText(): void {
      this.isText = !this.isText;
    },
    search(query: string): void {
      this.query = query;
      this.found = index?.search(query) ?? [];
      this.active = 0;
      this.isListOpen = true;
    },
    hideList(): void {
      this.isListOpen = false;
    },
    /** The list stays open as long as the focus is within it. */
    leave(event: FocusEvent): void {
      const { currentTarget, relatedTarget } = event;
      const isWithin =
        currentTarget instanceof Element &&
        relatedTarget instanceof Node &&
        currentTarget.contains(relatedTarget);
      if (!isWithin) this.isListOpen = false;
    },
    press(event: KeyboardEvent, pick: (entry: string) => void): void {
      const last = this.found.length - 1;
      switch (event.key) {
        case 'ArrowDown':
        case 'ArrowUp': {
          const step = event.key === 'ArrowDown' ? 1 : -1;
          this.active = this.isListOpen ? Math.min(last, Math.max(0, this.active + step)) : 0;
          this.isListOpen = true;
          document.getElementById(this.activeId)?.scrollIntoView({ block: 'nearest' });
          break;
        }
        case 'Enter': {
          const option = this.isListOpen ? this.found[this.active] : undefined;
          if (!option && this.query === '') return;
          if (option) pick(option.entry);
          break;
        }
        case 'Escape':
          if (!this.isListOpen || this.query === '') return;
          this.search('');
          this.isListOpen = false;
          break;
        default:
          return;
      }
      // Otherwise Enter would save the key, and Escape close the dialog.
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
