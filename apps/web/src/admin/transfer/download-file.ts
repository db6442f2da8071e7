import { responseOf } from '../../api/client.ts';
import { ApiFailure } from '../../api/failure.ts';

/**
 * Reads a file that the API sends. `onProgress` hears which share has come, 0 to 1, or null while the size
 * is unknown. Throws an `ApiFailure`.
 */
export async function downloadFile(
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
