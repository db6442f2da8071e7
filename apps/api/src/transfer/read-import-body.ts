import { AppError, targetFieldSchemas } from '@api-monitor/core';
import { z } from 'zod';
import { invalidInput } from '../errors/invalid-input.ts';
import { type ImportChoices, noChoices } from './check-entries.ts';
import { importLimits } from './import-limits.ts';

const places = /^\d{1,5}$/;
const choicesSchema = z.strictObject({
  skip: z.array(z.int().min(0)).max(importLimits.channels).default([]),
  keys: z
    .record(z.string().regex(places), targetFieldSchemas.api_key)
    .refine((keys) => Object.keys(keys).length <= importLimits.channels)
    .default({}),
});

type FormPart = NonNullable<ReturnType<FormData['get']>>;

export interface ImportBody {
  bytes: Buffer;
  choices: ImportChoices;
}

/** In the document; the validator leaves it to `readImportBody`. */
export const importFormSchema = {
  type: 'object' as const,
  required: ['file'],
  properties: {
    file: { type: 'string' as const, format: 'binary' },
    choices: {
      type: 'string' as const,
      description:
        'JSON: {"skip": [2], "keys": {"0": "sk-…"}}: entries to leave out, and keys for others, by their places in the file',
    },
  },
};

/** The file in a body: the body itself, or a form's `file` beside what was chosen. Throws AppError `invalid_input`. */
export async function readImportBody(request: Request): Promise<ImportBody> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    return { bytes: Buffer.from(await request.arrayBuffer()), choices: noChoices };
  }
  const form = await request.formData().catch((cause) => {
    throw new AppError('invalid_input', 'the body is not a form', { cause });
  });
  const file = form.get('file');
  if (file === null) {
    const fields = { file: { code: 'required' } } as const;
    throw new AppError('invalid_input', 'file is required', { fields });
  }
  const bytes =
    typeof file === 'string' ? Buffer.from(file) : Buffer.from(await file.arrayBuffer());
  return { bytes, choices: choicesIn(form.get('choices')) };
}

function choicesIn(given: FormPart | null): ImportChoices {
  if (given === null) return noChoices;
  const { success, data, error } = choicesSchema.safeParse(parsed(given));
  if (!success) throw invalidInput(error, given);
  return data;
}

function parsed(given: FormPart): unknown {
  try {
    return JSON.parse(String(given));
  } catch {
    return null;
  }
}
