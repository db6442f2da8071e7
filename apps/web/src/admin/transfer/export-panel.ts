import { responseOf } from '../../api/client.ts';
import { ApiFailure } from '../../api/failure.ts';
import { saveFile } from '../../export/download.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

const formats = ['yaml', 'json', 'csv'] as const;

/** Downloads: a backup of everything, or the channels as a file. */
export function createExportPanel({ client, language, toasts, attempt }: AdminParts) {
  const { backup, channels } = client.api.admin;
  return {
    isBusy: false,
    failure: '',
    what: initially<'backup' | 'channels'>('backup'),
    /** The share that was received, 0 to 1; null while the size is unknown. */
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

/**
 * Reads a file that the API sends. `onProgress` gets the share that was received, 0 to 1, or null while
 * the size is unknown. Throws an `ApiFailure`.
 */
async function downloadFile(
  pending: Parameters<typeof responseOf>[0],
  onProgress: (share: number | null) => void,
): Promise<{ name: string; content: Blob }> {
  const response = await responseOf(pending);
  const total = Number(response.headers.get('content-length') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  try {
    for await (const piece of piecesOf(response)) {
      pieces.push(piece);
      received += piece.byteLength;
      onProgress(total > 0 ? Math.min(1, received / total) : null);
    }
  } catch {
    throw new ApiFailure(0);
  }
  return { name: nameIn(response), content: new Blob(pieces) };
}

/** Safari can't iterate over a stream. */
async function* piecesOf({ body }: Response) {
  if (!body) return;
  const reader = body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

function nameIn(response: Response): string {
  const header = response.headers.get('content-disposition') ?? '';
  return /filename="([^"]+)"/.exec(header)?.[1] ?? 'download';
}
