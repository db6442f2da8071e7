import type { BoardKey } from '../../board/board.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import { type CarriedMark, carriedState } from '../../request/conversation/carried-state.ts';
import { noOutline, noteKey } from '../../request/conversation/outline.ts';
import type { FormPart } from '../../request/form/form-parts.ts';
import { scanKeys } from '../../request/json-bytes.ts';
import { findCarried } from '../carried-objects.ts';
import type { Refused } from '../choose-channel.ts';
import { linesOf } from './batch-models.ts';

/** Each is looked up. OpenAI's batches have at most 50,000 requests. */
const referenceLimit = 10_000;

/** A batch file in a form. */
export interface BatchFile {
  /** Where it begins in the body. */
  start: number;
  bytes: Buffer;
  /** An object that it refers to, with the channel that has it; empty if it needs none. */
  carried: readonly CarriedMark[];
}

/** Refuses what other parsers may read in another way, and references to objects of other keys. */
export async function readBatchFile(
  deps: GatewayDeps,
  key: BoardKey,
  { body, form }: { body: Buffer; form: readonly FormPart[] },
): Promise<BatchFile | Refused> {
  // A channel might read the other one.
  const [file, second] = form.filter(({ isFile, name }) => isFile || /^\s*file\s*$/i.test(name));
  if (!file || second || file.isEncoded) {
    return fault('the form must have one file, without a content-transfer-encoding');
  }
  const { start, end } = file;
  const bytes = body.subarray(start, end);
  const references = referencesInBatchFile(bytes, key.models !== null);
  if ('error' in references) return references;
  const found = await findCarried(deps, key, references);
  if ('error' in found) return found;
  const home = found.find(({ targetId }) => targetId !== undefined);
  return { start, bytes, carried: home ? [home] : [] };
}

/**
 * The objects that the requests of a batch file refer to, each once. A line that can't be read is refused:
 * the channel might find references there. `isLimited`: whether the key is limited to models, so that a
 * request may name no others to fall back on.
 */
function referencesInBatchFile(file: Buffer, isLimited: boolean): CarriedMark[] | Refused {
  const found = new Map<string, CarriedMark>();
  for (const { line, number } of linesOf(file)) {
    const outline = noOutline();
    const kind = scanKeys(
      line,
      // The body of a request is one level below its line.
      (start, end, value, depth) => noteKey(outline, line, start, end, value, depth - 1),
      Number.POSITIVE_INFINITY,
    );
    if (kind !== 'object') return fault(`line ${number}: it is not a JSON object`);
    if (isLimited && outline.otherModels.length > 0) {
      return fault(`line ${number}: "models" and "fallbacks" are not for a key with limits`);
    }
    const marks = carriedState('responses', line, outline);
    if ('error' in marks) return fault(`line ${number}: ${marks.error.message}`);
    for (const one of marks) if (one.isObject && !found.has(one.mark)) found.set(one.mark, one);
    if (found.size > referenceLimit) return fault('it names too many files');
  }
  return [...found.values()];
}

function fault(why: string): Refused {
  const message = `the batch file can't be read: ${why}`;
  return { error: { status: 400, code: 'invalid_request', message, param: 'file' } };
}
