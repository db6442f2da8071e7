import {
  AppError,
  changesBetween,
  type Destination,
  destinationDefaults,
  destinationFieldSchemas,
  destinationShape,
  destinationTestShape,
} from '@api-monitor/core';
import {
  createDestination,
  type Database,
  deleteDestination,
  getDestination,
  inTransaction,
  listDestinations,
  sealConfig,
  updateDestination,
} from '@api-monitor/db';
import { describeAdapters, destinationKinds, secretFieldsOf } from '@api-monitor/notify';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { answerShape, readOnlyFields } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { checkedConfig, isKnownKind, maskedConfig, readConfig } from './destination-config.ts';
import { destinationTestLimits } from './destination-tests.ts';

const wordsSchema = z.object({ en: z.string(), zh: z.string() });
const kindsSchema = z.array(
  z.object({
    kind: z.enum(destinationKinds),
    name: wordsSchema,
    docs: z.string().nullable().describe("the vendor's documentation"),
    fields: z.array(
      z.object({
        name: z.string(),
        input: z.string().describe('text, multiline, url, number, choice, switch or lines'),
        label: wordsSchema,
        help: wordsSchema.optional(),
        isSecret: z.boolean().optional(),
        isRequired: z.boolean(),
        choices: z.record(z.string(), wordsSchema).optional(),
        default: z.unknown().describe('what an absent field means'),
      }),
    ),
    rateLimits: z.array(z.object({ requests: z.number(), perS: z.number() })),
  }),
);

const configField = z
  .record(z.string(), z.unknown())
  .describe('what GET /api/alerts/kinds lists for its kind, with masked secrets');

const destinationSchema = answerShape(destinationShape)
  .extend({ config: configField.nullable().describe('null: another installation sealed it') })
  .openapi('Destination');

const settable = {
  ...destinationFieldSchemas,
  kind: z.enum(destinationKinds),
  config: configField,
};
const bodyFields = {
  ...z.object(settable).partial().shape,
  ...readOnlyFields(destinationSchema.shape, settable),
};
const newSchema = z
  .strictObject({
    ...bodyFields,
    name: settable.name,
    kind: settable.kind,
    config: configField,
  })
  .openapi('NewDestination');
const patchSchema = z.strictObject(bodyFields).openapi('DestinationPatch');
const testSchema = z
  .strictObject({
    destination_id: z
      .int()
      .positive()
      .nullable()
      .optional()
      .describe('the stored destination, with the changes in this body; absent or null: a new one'),
    ...bodyFields,
  })
  .openapi('DestinationTestRequest');

const itemSchema = z.object({ item: destinationSchema });

export function destinationRoutes(deps: ApiDeps) {
  const { db, now, destinationTests } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'alerts');
  const publishChange = () => deps.bus.events.publish({ type: 'alerts_changed', data: {} });
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/alerts/kinds', {
        summary: 'The kinds of destinations, with the fields of their configs',
        responses: jsonAnswer(z.object({ items: kindsSchema }), 'the kinds'),
      }),
      (c) => c.json({ items: kindsSchema.parse(describeAdapters()) }, 200),
    )
    .openapi(
      sessionRoute('get', '/api/alerts/destinations', {
        summary: 'Where alerts go, with masked secrets',
        responses: jsonAnswer(z.object({ items: z.array(destinationSchema) }), 'the destinations'),
      }),
      async (c) => {
        const found = await listDestinations(db);
        return c.json({ items: await Promise.all(found.map((one) => shown(db, one))) }, 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/alerts/destinations', {
        summary: 'Add a destination',
        request: { body: jsonBody(newSchema) },
        responses: jsonAnswer(itemSchema, 'the new destination'),
      }),
      async (c) => {
        const { name, kind, config: given, ...body } = c.req.valid('json');
        const config = checkedConfig(kind, given, null);
        const fields = sentFields(body, destinationFieldSchemas);
        const input = { ...destinationDefaults, ...fields, name, kind };
        const item = await inTransaction(db, async (tx) => {
          const created = await createDestination(tx, input, config, now());
          const changes = changesBetween({}, { ...input, ...config }, secretFieldsOf(kind));
          await c.var.audit(tx, 'destination.created', created, changes);
          return shown(tx, created);
        });
        await publishChange();
        return c.json({ item }, 200);
      },
    )
    .openapi(
      sessionRoute('patch', '/api/alerts/destinations/{id}', {
        summary: 'Change a destination; a masked secret leaves the stored one alone',
        description:
          'A config replaces the stored one as a whole. A stored secret never goes to another server: enter it again with the new address. What waits for a destination that is switched off is dropped.',
        request: { params: idParams, body: jsonBody(patchSchema) },
        responses: jsonAnswer(itemSchema, 'the changed destination'),
      }),
      async (c) => {
        const current = await findDestination(db, c.req.valid('param').id);
        const { kind, config: given, ...body } = c.req.valid('json');
        refuseOtherKind(current, kind);
        const patch = sentFields(body, destinationFieldSchemas);
        const stored = await readConfig(db, current);
        const config = given && checkedConfig(knownKindOf(current), given, stored);
        const item = await inTransaction(db, async (tx) => {
          const fields = config === undefined ? patch : { ...patch, config };
          const changed = await updateDestination(tx, current.id, fields, now());
          if (!changed) throw notFound();
          const changes = changesBetween(
            { ...current, ...stored },
            { ...patch, ...config },
            isKnownKind(current.kind) ? secretFieldsOf(current.kind) : [],
          );
          await c.var.audit(tx, 'destination.changed', changed, changes);
          return shown(tx, changed);
        });
        await publishChange();
        return c.json({ item }, 200);
      },
    )
    .openapi(
      sessionRoute('delete', '/api/alerts/destinations/{id}', {
        summary: 'Delete a destination, with the notices that still wait for it',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'deleted'),
      }),
      async (c) => {
        const current = await findDestination(db, c.req.valid('param').id);
        await inTransaction(db, async (tx) => {
          await deleteDestination(tx, current.id, now());
          await c.var.audit(tx, 'destination.deleted', current);
        });
        await publishChange();
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/alerts/destinations/test', {
        summary: 'Send a test to a destination, stored or not; nothing is stored',
        description: `A worker sends it within ${destinationTestLimits.timeoutMs / 1000} s, at most ${destinationTestLimits.perMinute} times a minute. A masked secret means the stored one, which never goes to another server.`,
        request: { body: jsonBody(testSchema) },
        responses: jsonAnswer(
          z.object({ item: z.object(destinationTestShape.shape).openapi('DestinationTest') }),
          "the vendor's answer",
        ),
      }),
      async (c) => {
        const { destination_id = null, ...body } = c.req.valid('json');
        const current = destination_id === null ? null : await findDestination(db, destination_id);
        if (current) refuseOtherKind(current, body.kind);
        const kind = current ? knownKindOf(current) : body.kind;
        if (!kind) throw missing('kind');
        const stored = current && (await readConfig(db, current));
        const given = body.config ?? stored;
        if (!given) throw missing('config');
        const sealed_config = sealConfig(db, checkedConfig(kind, given, stored));
        const { language, time_zone } = {
          ...destinationDefaults,
          ...current,
          ...sentFields(body, destinationDefaults),
        };
        const asked = { kind, sealed_config, language, time_zone };
        const item = await destinationTests.run(asked, c.req.raw.signal);
        c.header('Cache-Control', 'no-store');
        return c.json({ item }, 200);
      },
    );
}

async function shown(db: Database, destination: Destination) {
  const config = await readConfig(db, destination);
  const { kind } = destination;
  const masked = config && isKnownKind(kind) ? maskedConfig(kind, config) : null;
  return { ...destination, config: masked };
}

async function findDestination(db: Database, id: number): Promise<Destination> {
  const found = await getDestination(db, id);
  if (!found) throw notFound();
  return found;
}

function notFound(): AppError {
  return new AppError('not_found', 'there is no such destination');
}

function refuseOtherKind(current: Destination, kind: string | undefined): void {
  if (kind === undefined || kind === current.kind) return;
  const message = `kind must stay ${current.kind}; add another destination`;
  throw new AppError('invalid_input', message, { fields: { kind: { code: 'not_allowed' } } });
}

function knownKindOf({ kind }: Destination) {
  if (isKnownKind(kind)) return kind;
  throw new AppError('conflict', `this version has no destinations of the kind ${kind}`);
}

function missing(field: string): AppError {
  const message = `${field} is required`;
  return new AppError('invalid_input', message, { fields: { [field]: { code: 'required' } } });
}
