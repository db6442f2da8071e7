import { describe, expect, it } from 'vitest';
import type { OpenApiDocument } from './open-api.ts';
import { readDocument, searchCalls } from './read-document.ts';

const document: OpenApiDocument = {
  info: { title: 'API', version: '1' },
  paths: {
    '/api/targets': {
      get: { tags: ['targets'], summary: 'All channels', responses: {} },
      post: {
        tags: ['targets'],
        summary: 'Add a channel',
        security: [{ token: [] }],
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/New' } } },
        },
        responses: {
          '200': {
            description: 'the new channel',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { item: { $ref: '#/components/schemas/New' } },
                },
              },
            },
          },
          default: { description: 'refused' },
        },
      },
    },
    '/api/targets/{id}': {
      delete: {
        tags: ['targets'],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
        ],
      },
    },
    '/api/health': { get: { summary: 'Whether all is well' } },
  },
  components: {
    schemas: {
      New: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 128 },
          mode: { enum: ['a', 'b'], default: 'a' },
          points: { type: 'array', maxItems: 30, items: { $ref: '#/components/schemas/Point' } },
          id: { description: 'read-only: ignored' },
        },
      },
      Point: { type: 'object', properties: { at: { type: ['number', 'null'] } } },
    },
  },
};

describe('the API description', () => {
  const groups = readDocument(document, 'http://host');
  const [targets, others] = groups;
  const post = targets?.calls[1];

  it('groups calls by their first tag', () => {
    expect(groups.map((it) => [it.name, it.calls.length])).toEqual([
      ['targets', 3],
      ['', 1],
    ]);
    expect(others?.calls[0]?.id).toBe('get-api-health');
  });

  it('lists fields with types, bounds and nesting, without those that are ignored', () => {
    expect(post?.body.map((it) => [it.path, it.type, it.bounds, it.required, it.depth])).toEqual([
      ['name', 'string', '1–128 characters', true, 0],
      ['mode', '"a" | "b"', 'default "a"', false, 0],
      ['points', 'object[]', '≤ 30 items', false, 0],
      ['points.at', 'number | null', '', false, 1],
    ]);
  });

  it('has answers and parameters', () => {
    expect(post?.answers.map((it) => [it.status, it.tone, it.fields.length])).toEqual([
      ['200', 'ok', 5],
      ['default', 'bad', 0],
    ]);
    expect(targets?.calls[2]?.parameters).toMatchObject([
      { name: 'id', place: 'path', bounds: '≥ 1', required: true },
    ]);
  });

  it('has an example with curl', () => {
    expect(post?.example).toBe(
      [
        "curl -X POST 'http://host/api/targets' \\",
        '  -H "Authorization: Bearer $TOKEN" \\',
        "  -H 'Content-Type: application/json' \\",
        '  -d \'{"name":"Tokyo relay"}\'',
      ].join('\n'),
    );
    expect(targets?.calls[2]?.example).toBe("curl -X DELETE 'http://host/api/targets/1'");
  });

  it('has an admin session or a file in the example if a call needs one', () => {
    const withSession = structuredClone(document);
    withSession.paths['/api/admin/channels/import'] = {
      post: {
        tags: ['admin'],
        security: [{ session: [] }],
        requestBody: { content: { 'application/octet-stream': { schema: { type: 'string' } } } },
        responses: {},
      },
    };
    const calls = readDocument(withSession, 'http://host').flatMap((group) => group.calls);
    expect(calls.find(({ path }) => path.endsWith('/import'))?.example).toBe(
      [
        "curl -X POST 'http://host/api/admin/channels/import' \\",
        '  -b session.txt \\',
        '  --data-binary @channels.yaml',
      ].join('\n'),
    );
  });

  it('stops at a schema that contains itself', () => {
    const looped = structuredClone(document);
    const point = looped.components?.schemas?.Point;
    if (point?.properties) point.properties.next = { $ref: '#/components/schemas/Point' };
    const calls = readDocument(looped, '').flatMap((it) => it.calls);
    expect(calls[1]?.body.length).toBeLessThan(20);
  });

  it('is searched by every word', () => {
    expect(searchCalls(groups, 'add CHANNEL').flatMap((it) => it.calls)).toEqual([post]);
    expect(searchCalls(groups, 'nothing like this')).toEqual([]);
  });
});
