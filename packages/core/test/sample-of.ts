import { z } from 'zod';

type Sample<Shape extends z.core.$ZodShape> = z.output<z.ZodObject<Shape>>;

/**
 * An object of a shape for tests: a field is null if it may be, else 0, '', false, [] or the first of its
 * values, its default if it has one, and is left out if it is optional. A test names only the fields that it is about, so a new field
 * breaks no test.
 */
export function sampleOf<Shape extends z.core.$ZodShape>({
  shape,
}: {
  shape: Shape;
}): Sample<Shape> {
  const fields = Object.entries(shape).map(([name, schema]) => [name, sampleField(schema)]);
  return Object.fromEntries(fields) as Sample<Shape>;
}

function sampleField(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodOptional) return undefined;
  if (z.safeParse(schema, null).success) return null;
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodBoolean) return false;
  if (schema instanceof z.ZodArray) return [];
  return schema instanceof z.ZodNumber ? 0 : '';
}
