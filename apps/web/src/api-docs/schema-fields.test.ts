import { expect, test } from 'vitest';
import type { OpenApiDocument } from './open-api.ts';
import { fieldsOf } from './schema-fields.ts';

const run = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
const document = { components: { schemas: { Run: run } } } as unknown as OpenApiDocument;
const reference = { $ref: '#/components/schemas/Run' };

test.each([
  ['a reference', reference, 'object'],
  ['a list', { type: 'array', items: reference }, 'object[]'],
  ['one that may be null', { anyOf: [reference, { type: 'null' }] }, 'object | null'],
])('the fields of %s are shown below it', (_name, schema, type) => {
  const fields = fieldsOf(document, { type: 'object', properties: { run: schema } });
  expect(fields.map(({ path, type: shown }) => [path, shown])).toEqual([
    ['run', type],
    ['run.id', 'integer'],
  ]);
});
