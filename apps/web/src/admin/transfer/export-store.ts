import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import { downloadFile, saveFile } from './download-file.ts';

/** What leaves the monitor: a backup of all, or the channels as a file. */
export interface ExportStore extends Attempting {
  what: 'backup' | 'channels';
  /** Of 0 to 1; null: under way, but unknown how far. */
  share: number | null;
  format: 'yaml' | 'json' | 'csv';
  withKeys: boolean;
  readonly progressText: string;
  backup(): Promise<void>;
  channels(): Promise<void>;
}

interface ExportOptions {
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
}

export function createExportStore({ language, toasts, attempt }: ExportOptions): ExportStore {
  const download = async (store: ExportStore, what: ExportStore['what'], path: string) => {
    if (store.isBusy) return;
    Object.assign(store, { what, share: null });
    const isDone = await attempt(store, async () => {
      const file = await downloadFile(path, (share) => {
        store.share = share;
      });
      saveFile(file);
    });
    if (isDone) toasts.show(language.translator.t('transfer.downloaded'));
  };
  return {
    isBusy: false,
    failure: '',
    what: 'backup',
    share: null,
    format: 'yaml',
    withKeys: false,
    get progressText() {
      const { t } = language.translator;
      if (this.share === null) return t('transfer.preparing');
      return t('transfer.progress', { percent: Math.floor(this.share * 100) });
    },
    async backup() {
      await download(this, 'backup', '/api/admin/backup');
    },
    async channels() {
      const query = new URLSearchParams({ format: this.format, keys: this.withKeys ? '1' : '0' });
      await download(this, 'channels', `/api/admin/channels/export?${query}`);
    },
  };
}
