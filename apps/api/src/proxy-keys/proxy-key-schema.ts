import { proxyKeyFieldSchemas, proxyKeyShape } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { answerShape, readOnlyFields } from '../derive-schema.ts';

/** A key as it is answered: the key itself isn't stored. */
export const proxyKeySchema = answerShape(proxyKeyShape).openapi('ProxyKey');

/** The answer that shows a key's text, the one time that it is known. */
export const shownKeySchema = z.object({
  item: proxyKeySchema,
  proxy_key: z.string().describe('the key itself, shown this once'),
});

const bodyFields = {
  ...z.object(proxyKeyFieldSchemas).partial().shape,
  ...readOnlyFields(proxyKeySchema.shape, proxyKeyFieldSchemas),
};

export const createProxyKeySchema = z
  .strictObject({ ...bodyFields, name: proxyKeyFieldSchemas.name })
  .openapi('NewProxyKey');

export const patchProxyKeySchema = z.strictObject(bodyFields).openapi('ProxyKeyPatch');

export type CreateProxyKeyBody = z.output<typeof createProxyKeySchema>;
