import { noteStates, type StatusNote } from '@api-monitor/core';
import { type Attempt, idleAttempt } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

interface NoteOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
}

const emptyNote = {
  ...{ state: initially<StatusNote['state']>('investigating'), title: '', text: '' },
  slugs: initially<string[]>([]),
};

/** What of the status page a note can be about, and which incidents are on it. */
interface PublicPage {
  items: readonly { slug: string; name: string }[];
  incidents: readonly { incident: number | null; slug: string }[];
}

const nothingPublic: PublicPage = { items: [], incidents: [] };

/** What the operator tells the public about an incident, on the status page. */
export function createNoteEditor({ client, language, toasts, attempt }: NoteOptions) {
  return {
    ...idleAttempt(emptyNote),
    isOpen: false,
    states: noteStates,
    incidentId: 0,
    form: { ...emptyNote },
    notes: initially<StatusNote[]>([]),
    page: initially<PublicPage>(nothingPublic),
    get lines(): PublicPage['items'] {
      return this.page.items;
    },
    get title() {
      return language.t('notes.add');
    },
    /** The notes about an incident, newest first. */
    of(incidentId: number) {
      return this.notes
        .filter((note) => note.incident_id === incidentId)
        .map((note) => ({ ...note, stateText: language.t(`notes.state.${note.state}`) }));
    },
    async load(): Promise<void> {
      try {
        const answer = await answerOf(client.api['status-notes'].$get({ query: {} }));
        this.notes = answer.items;
      } catch (error) {
        // Visitors read the notes on the status page.
        if (!(error instanceof ApiFailure)) throw error;
      }
    },
    async open(incidentId: number, title: string): Promise<void> {
      const last = this.of(incidentId)[0];
      const state = last ? nextOf(last.state) : emptyNote.state;
      this.incidentId = incidentId;
      this.form = { ...emptyNote, state, title: last?.title ?? title };
      Object.assign(this, idleAttempt(emptyNote), { isOpen: true });
      this.page = await readPublicPage(client);
      const shown = this.page.incidents.filter(({ incident }) => incident === incidentId);
      this.form.slugs = last ? [...last.slugs] : shown.map(({ slug }) => slug);
    },
    toggleLine(slug: string): void {
      const { slugs } = this.form;
      this.form.slugs = slugs.includes(slug)
        ? slugs.filter((one) => one !== slug)
        : [...slugs, slug];
    },
    close(): void {
      this.isOpen = false;
    },
    async submit(): Promise<void> {
      const { state, title, text, slugs } = this.form;
      const { incidentId: incident_id } = this;
      const thread_id = this.of(incident_id)[0]?.thread_id ?? null;
      const json = { state, title, text, slugs, incident_id, thread_id };
      const isDone = await attempt(this, async () => {
        await answerOf(client.api['status-notes'].$post({ json }));
        toasts.show(language.t('notes.added'));
      });
      if (!isDone) return;
      this.close();
      await this.load();
    },
    async remove(id: number): Promise<void> {
      const isDone = await attempt(this, async () => {
        await answerOf(client.api['status-notes'][':id'].$delete({ param: { id: String(id) } }));
      });
      if (!isDone) toasts.show(this.failure, { tone: 'bad' });
      await this.load();
    },
  };
}

/** Nothing if the status page is off. */
async function readPublicPage(client: ApiClient): Promise<PublicPage> {
  try {
    return (await answerOf(client.api.status.$get())).item;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return nothingPublic;
  }
}

function nextOf(state: StatusNote['state']): StatusNote['state'] {
  return noteStates[Math.min(noteStates.indexOf(state) + 1, noteStates.length - 1)] ?? state;
}
