import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { download, fileNameOf } from '../export/download.ts';
import { probesAsCsv, probesAsJsonl } from '../probes/export-probes.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import type { ViewerStore } from './viewer-store.ts';

/** What the reader can do with the probes. */
export interface ViewerActions {
  check(): Promise<void>;
  saveCsv(): void;
  saveJsonl(): void;
  copyCurl(): Promise<void>;
  copyAnswer(): Promise<void>;
}

interface ViewerActionsOptions {
  client: ApiClient;
  viewer: ViewerStore;
  language: LanguageStore;
  toasts: ToastStore;
  targetId: number;
  copyText(text: string): Promise<void>;
}

export function createViewerActions(options: ViewerActionsOptions): ViewerActions {
  const { client, viewer, language, toasts } = options;
  const copy = async (text: string, said: 'viewer.copied.curl' | 'viewer.copied.answer') => {
    await options.copyText(text);
    toasts.show(language.translator.t(said));
  };
  const nameOf = (ending: string) =>
    `${fileNameOf(viewer.name, viewer.run === 'latest' ? String(viewer.shownRunId ?? '') : String(viewer.run))}.${ending}`;
  return {
    async check() {
      if (viewer.isRunning) return;
      viewer.isRunning = true;
      viewer.progress = null;
      try {
        const param = { id: String(options.targetId) };
        await answerOf(client.api.targets[':id'].run.$post({ param }));
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 409) return;
        viewer.isRunning = false;
        toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });
      }
    },
    saveCsv: () => download(nameOf('csv'), 'text/csv', probesAsCsv(viewer.shownRows())),
    saveJsonl: () =>
      download(nameOf('jsonl'), 'application/jsonl', probesAsJsonl(viewer.shownRows())),
    copyCurl: () => copy(viewer.detail?.curl ?? '', 'viewer.copied.curl'),
    copyAnswer: () => copy(viewer.detail?.content ?? '', 'viewer.copied.answer'),
  };
}
