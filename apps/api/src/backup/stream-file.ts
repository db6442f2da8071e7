import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/**
 * An open file as a stream, read as fast as its reader takes it. The file is closed at its end, when the
 * reader leaves, and when the reader takes nothing for `idleMs`.
 */
export function streamFile(
  file: FileHandle,
  idleMs: number,
  onClosed: () => void,
): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const close = async () => {
    clearTimeout(timer);
    if (isClosed) return;
    isClosed = true;
    await file.close();
    onClosed();
  };
  const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    timer = setTimeout(() => {
      controller.error(new Error('the reader took nothing for too long'));
      close().catch(() => {});
    }, idleMs);
  };
  return new ReadableStream(
    {
      start: waitForReader,
      async pull(controller) {
        clearTimeout(timer);
        const piece = Buffer.allocUnsafe(pieceBytes);
        const { bytesRead } = await file.read(piece, 0, pieceBytes);
        if (bytesRead === 0) {
          await close();
          controller.close();
          return;
        }
        controller.enqueue(piece.subarray(0, bytesRead));
        waitForReader(controller);
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
