import { ApiFailure, failureOf } from '../../api/failure.ts';

/** Of 0 to 1; null while the whole is unknown. */
type OnProgress = (share: number | null) => void;

interface DownloadedFile {
  name: string;
  content: Blob;
}

/** Fetches a file that the API offers, telling how far it has come. Throws `ApiFailure`. */
export async function downloadFile(path: string, onProgress: OnProgress): Promise<DownloadedFile> {
  const response = await fetch(path).catch(() => null);
  if (!response) throw new ApiFailure(0, null);
  if (!response.ok || !response.body) throw await failureOf(response);
  const total = Number(response.headers.get('content-length') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  try {
    for await (const piece of piecesOf(response.body)) {
      pieces.push(piece);
      received += piece.byteLength;
      onProgress(total > 0 ? Math.min(1, received / total) : null);
    }
  } catch {
    throw new ApiFailure(0, null);
  }
  return { name: nameIn(response), content: new Blob(pieces) };
}

/** Hands a file to the browser's downloads. */
export function saveFile({ name, content }: DownloadedFile): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser takes it up after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function* piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

function nameIn(response: Response): string {
  const header = response.headers.get('content-disposition') ?? '';
  return /filename="([^"]+)"/.exec(header)?.[1] ?? 'download';
}
