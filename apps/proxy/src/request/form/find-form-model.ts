import { type FoundModel, modelLimitBytes } from '../find-model.ts';
import { inputTokensOfForm } from '../tokens/input-tokens.ts';
import { type FormPart, readForm } from './form-parts.ts';

export type FormModelSearch =
  | { ok: true; found: FoundModel; isStream: boolean; inputTokens: number }
  | { ok: false; fault: 'no_model' | 'two_models' | 'long_model' }
  /** `why`: what is wrong with it. */
  | { ok: false; fault: 'bad_form'; why: string };

/**
 * Finds the `model` field of a multipart form. Like in JSON, a second one is refused even in other letter
 * case, because parsers differ in which one they use.
 */
export function findFormModel(body: Buffer, boundary: string): FormModelSearch {
  const form = readForm(body, boundary);
  if (!form.ok) return { ok: false, fault: 'bad_form', why: form.fault };
  const [part, second] = form.parts.filter(({ name }) => isNamed(name, 'model'));
  if (second) return { ok: false, fault: 'two_models' };
  if (!part || part.isFile || part.name !== 'model') return { ok: false, fault: 'no_model' };
  if (part.isEncoded) {
    return { ok: false, fault: 'bad_form', why: '"model" has a content-transfer-encoding' };
  }
  const { start, end } = part;
  if (end - start > modelLimitBytes) return { ok: false, fault: 'long_model' };
  const model = body.toString('utf8', start, end);
  if (model === '') return { ok: false, fault: 'no_model' };
  return {
    ok: true,
    found: { start, end, model, form: 'plain' },
    isStream: form.parts.some((one) => isNamed(one.name, 'stream') && isTrue(body, one)),
    inputTokens: inputTokensOfForm(form.parts),
  };
}

/** Whether any parser may read the name as this one. */
function isNamed(name: string, wanted: string): boolean {
  const plain = name.includes('\\') ? name.replace(/\\(.)/g, '$1') : name;
  return plain.trim().toLowerCase() === wanted;
}

function isTrue(body: Buffer, { start, end }: FormPart): boolean {
  return end - start <= 4 && /^(?:true|1)$/i.test(body.toString('latin1', start, end));
}
