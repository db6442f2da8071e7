import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../../describe-route.ts';
import { createRouter } from '../../router.ts';
import { changerOf } from '../../targets/change-targets.ts';
import { createImportTurns } from '../import-turns.ts';
import { applyCode, releaseChannels } from './apply-code.ts';
import {
  codeExportShape,
  codeFormats,
  codeInputShape,
  codeReportShape,
  releaseShape,
} from './code-shapes.ts';
import { exportCode } from './export-code.ts';
import { planCode } from './plan-code.ts';
import { reportOf } from './report-code.ts';

/** Bodies to these paths have a limit of their own. */
export const codePaths = { plan: '/api/channels/plan', apply: '/api/channels/apply' } as const;

const flag = z.enum(['0', '1']).default('0');
const pruneQuery = z.object({
  prune: z
    .enum(['true', 'false', '1', '0'])
    .default('false')
    .transform((text) => text === 'true' || text === '1')
    .openapi({
      type: 'boolean',
      description: 'delete channels that were set from the same source and are no longer in it',
    }),
});
const exportQuery = z.object({
  format: z.enum(codeFormats).default('yaml'),
  one_file: flag.openapi({ description: '1: one file for all channels' }),
  values: flag.openapi({ description: '1: with the secrets in plain text' }),
});

/** Channels as code: files that say what the channels are, for those who keep them under version control. */
export function codeRoutes(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'channels as code');
  const takeTurn = createImportTurns();
  return createRouter()
    .openapi(
      adminRoute('get', '/api/channels/export', {
        summary: 'All channels as files of code, with references instead of secrets',
        description:
          'A field that has its default is left out. Applying the files to the same channels changes nothing but who manages them.',
        request: { query: exportQuery },
        responses: jsonAnswer(codeExportShape, 'the files, and what they refer to'),
      }),
      async (c) => {
        const { format, one_file, values } = c.req.valid('query');
        const how = { format, one_file: one_file === '1', values: values === '1' };
        c.header('Cache-Control', 'no-store');
        return c.json(await exportCode(deps, c.var.audit, how), 200);
      },
    )
    .openapi(
      adminRoute('post', codePaths.plan, {
        summary: 'What it would take to make the channels as files of code say; writes nothing',
        description:
          'A file is YAML or JSON: a channel, or a list of them under "channels". A field that is left out takes its default, but enabled, sort_order, keys, proxy_url and headers stay as they are. Under "alerts" are rules and destinations of alerts. If anything is refused, the answer is a 400 with a line for each fault: its file, its line and what is wrong.',
        request: { query: pruneQuery, body: jsonBody(codeInputShape) },
        responses: jsonAnswer(codeReportShape, 'what would happen to each channel'),
      }),
      async (c) => {
        const { prune } = c.req.valid('query');
        const input = c.req.valid('json');
        const by = changerOf(c, deps);
        const plan = await takeTurn(() => planCode(deps, by, input, c.req.raw.signal));
        return c.json(await reportOf(plan, prune), 200);
      },
    )
    .openapi(
      adminRoute('post', codePaths.apply, {
        summary: 'Make the channels as files of code say, and mark them as managed by these',
        description:
          'Nothing is written if any channel is refused. People can no longer change such a channel, except pausing and moving it, until it is released. With prune=true, channels that were set from the same source (the first part of the paths) and are no longer in it are deleted.',
        request: { query: pruneQuery, body: jsonBody(codeInputShape) },
        responses: jsonAnswer(codeReportShape, 'what happened to each channel'),
      }),
      async (c) => {
        const { prune } = c.req.valid('query');
        const input = c.req.valid('json');
        const { signal } = c.req.raw;
        const by = changerOf(c, deps);
        return c.json(await takeTurn(() => applyCode(deps, by, input, { prune, signal })), 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/channels/release', {
        summary: 'Let people change channels again that code manages',
        request: { body: jsonBody(releaseShape) },
        responses: jsonAnswer(z.object({ names: z.array(z.string()) }), 'those that are released'),
      }),
      async (c) => {
        const body = c.req.valid('json');
        const given = 'names' in body ? body.names : null;
        return c.json({ names: await releaseChannels(deps, changerOf(c, deps), given) }, 200);
      },
    );
}
