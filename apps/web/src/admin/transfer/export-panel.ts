import { saveFile } from '../../export/download.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { downloadFile } from './download-file.ts';

const formats = ['yaml', 'json', 'csv'] as const;

/** Downloads: a backup of everything, or the channels as a file. */
export function createExportPanel({ client, language, toasts, attempt }: AdminParts) {
  const { backup, channels } = client.api.admin;
  return {
    isBusy: false,
    failure: '',
    what: initially<'backup' | 'channels'>('backup'),
    /** The share that has come, 0 to 1; null while it is unknown. */
    share: initially<number | null>(null),
    formats,
    format: initially<(typeof formats)[number]>('yaml'),
    form: { withKeys: false },
    get progressText() {
      if (this.share === null) return language.t('transfer.preparing');
      return language.t('transfer.progress', { percent: Math.floor(this.share * 100) });
    },
    backup() {
      return this.download('backup', () => backup.$get());
    },
    channels() {
      const query = { format: this.format, keys: this.form.withKeys ? '1' : '0' } as const;
      return this.download('channels', () => channels.export.$get({ query }));
    },
    async download(
      what: 'backup' | 'channels',
      ask: () => Parameters<typeof downloadFile>[0],
    ): Promise<void> {
      if (this.isBusy) return;
      Object.assign(this, { what, share: null });
      const isDone = await attempt(this, async () => {
        const { name, content } = await downloadFile(ask(), (share) => {
          this.share = share;
        });
        saveFile(name, content);
      });
      if (isDone) toasts.show(language.t('transfer.downloaded'));
    },
  };
}
