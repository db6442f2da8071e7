import { z } from '@hono/zod-openapi';

// How the schemas of answers and bodies follow from the shapes of core.

/** A shape whose fields have the same types and descriptions, but no bounds. */
export type AnswerShape<Shape extends z.core.$ZodShape> = z.ZodObject<{
  -readonly [Name in keyof Shape]: z.ZodType<z.output<Shape[Name]>, z.output<Shape[Name]>>;
}>;

/**
 * What is answered of a shape: the bounds are for callers alone, because a stored row may be older than a
 * bound.
 */
export function answerShape<Shape extends z.core.$ZodShape>({
  shape,
}: {
  shape: Shape;
}): AnswerShape<Shape> {
  const fields = Object.entries(shape).map(([name, schema]) => [name, withoutBounds(schema)]);
  // Each schema keeps its name and, as `withoutBounds` says, its type.
  return z.object(Object.fromEntries(fields)) as AnswerShape<Shape>;
}

/** A schema of the same type. */
function withoutBounds(schema: z.core.$ZodType): z.ZodType {
  const plain = plainSchema(schema);
  const { description } = z.globalRegistry.get(schema) ?? {};
  return description === undefined ? plain : plain.describe(description);
}

function plainSchema(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodNullable) return withoutBounds(schema.unwrap()).nullable();
  if (schema instanceof z.ZodArray) return z.array(withoutBounds(schema.element));
  if (schema instanceof z.ZodPipe) return withoutBounds(schema.in);
  if (schema instanceof z.ZodString) return z.string();
  if (schema instanceof z.ZodNumber) return schema.isInt ? z.int() : z.number();
  if (schema instanceof z.ZodType) return schema;
  throw new Error('an answer is described by a schema of the full zod');
}

const ignored = z.unknown().optional().describe('read-only: ignored');

/**
 * The fields of an item that no caller sets: a body may hold them, so that a script can send back what it
 * read, and they are ignored.
 */
export function readOnlyFields<Item extends object, Settable extends object>(
  item: Item,
  settable: Settable,
): Record<Exclude<keyof Item, keyof Settable>, typeof ignored> {
  const names = Object.keys(item).filter((name) => !(name in settable));
  const fields = names.map((name) => [name, ignored]);
  return Object.fromEntries(fields) as ReturnType<typeof readOnlyFields<Item, Settable>>;
}
