import { z } from 'zod';
import type { FieldErrorCode } from './app-error.ts';
import { namesOf, recordOf } from './pick.ts';
import { isPlainLine } from './text/plain-line.ts';

// Building blocks for the shapes of rows and bodies, and functions that inspect a shape.

export const unixSeconds = z.number().describe('Unix seconds');
export const seconds = z.number().describe('seconds');

export const plainLine = z
  .string()
  .refine(isPlainLine, 'must be one line without control characters or broken Unicode');

/** A line that has a rule of its own; `faultOf` says what is wrong with it. */
export function ruleLine(faultOf: (text: string) => string | null, code: FieldErrorCode) {
  return z
    .string()
    .trim()
    .max(4096)
    .superRefine((text, context) => {
      const message = isPlainLine(text) ? faultOf(text) : 'must be a line of plain text';
      if (message) context.addIssue({ code: 'custom', message, params: { code } });
    });
}

/** How a field is stored in a column or a CSV cell, which can hold only text and numbers. */
export type FieldKind = 'boolean' | 'number' | 'text' | 'json';

/** The kind of each field of a shape. */
export function fieldKindsOf<Shape extends Record<string, z.core.$ZodType>>({
  shape,
}: {
  shape: Shape;
}): Record<keyof Shape & string, FieldKind> {
  return recordOf(namesOf(shape), (name) => kindOf(shape[name]));
}

function kindOf(schema: z.core.$ZodType | undefined): FieldKind {
  if (
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault
  ) {
    return kindOf(schema.unwrap());
  }
  // A transformed field keeps its kind.
  if (schema instanceof z.ZodPipe) return kindOf(schema.in);
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodNumber) return 'number';
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum ? 'text' : 'json';
}
