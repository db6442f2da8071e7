import {
  type AliasGroup,
  AppError,
  aliasGroupLine,
  createAliasIndex,
  createChannelNames,
  modelKey,
  type ProposedGroup,
  parseAliasGroup,
  proposeGroups,
  type SettingValues,
  settingRules,
  settingsInForce,
} from '@api-monitor/core';
import { readSettings } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { type ApiEnv, createRouter } from '../router.ts';
import { offeredNames } from '../routing/offered-names.ts';
import { changePlainSettings } from '../settings/change-plain-settings.ts';

const name = z.string().min(1).max(256);
const groupSchema = z
  .object({
    name: name.describe('the public one'),
    ids: z.array(name).min(1).max(99).describe('what else the model is called'),
  })
  .openapi('ModelGroup');
const answerSchema = z.object({
  items: z.array(groupSchema).describe('as set: `model_aliases` of the settings, read'),
  proposals: z
    .array(groupSchema.extend({ key: z.string().describe('what dismisses it') }))
    .describe('names of one model, by how they are spelt'),
  dismissed: z.int().describe('how many proposals were dismissed'),
  can_change: z.boolean().describe('whether the caller may accept and dismiss'),
});

type GroupSettings = Pick<SettingValues, 'model_aliases' | 'dismissed_aliases'>;

/** Which names are one model: the groups, the proposals for more, and what becomes of them. */
export function modelGroupRoutes(deps: ApiDeps) {
  const { visitorRoute, adminRoute } = createRouteKinds(deps, 'models');
  const path = '/api/model-groups';
  const responses = jsonAnswer(answerSchema, 'the groups');
  const change = async (c: Context<ApiEnv>, edit: (current: GroupSettings) => GroupSettings) => {
    await changePlainSettings(deps, c, ({ model_aliases, dismissed_aliases }) =>
      checked(edit({ model_aliases, dismissed_aliases })),
    );
    return answerOf(deps, c);
  };
  return createRouter()
    .openapi(
      visitorRoute('get', path, {
        summary: 'The names that are one model, and proposals',
        responses,
      }),
      async (c) => c.json(await answerOf(deps, c), 200),
    )
    .openapi(
      adminRoute('post', path, {
        summary: 'Make these names one model; names of a group join it',
        request: { body: jsonBody(groupSchema.strict()) },
        responses,
      }),
      async (c) => {
        const group = c.req.valid('json');
        return c.json(await change(c, (current) => withGroup(current, group)), 200);
      },
    )
    .openapi(
      adminRoute('delete', path, {
        summary: 'Let the names of a group mean separate models again',
        request: { query: z.object({ name: name.describe('any of its names') }) },
        responses,
      }),
      async (c) => {
        const { name: one } = c.req.valid('query');
        return c.json(await change(c, (current) => withoutGroup(current, one)), 200);
      },
    )
    .openapi(
      adminRoute('post', `${path}/dismiss`, {
        summary: 'Never propose this group again',
        request: { body: jsonBody(z.strictObject({ key: name })) },
        responses,
      }),
      async (c) => {
        const { key } = c.req.valid('json');
        const edit = (current: GroupSettings) => ({
          ...current,
          dismissed_aliases: [...new Set([...current.dismissed_aliases, key])],
        });
        return c.json(await change(c, edit), 200);
      },
    );
}

async function answerOf(deps: ApiDeps, c: Context<ApiEnv>): Promise<z.infer<typeof answerSchema>> {
  const settings = settingsInForce(await readSettings(deps.db), deps.givenSettings);
  const { model_aliases, dismissed_aliases } = settings;
  return {
    items: model_aliases.map(parseAliasGroup).map(withList),
    proposals: (await proposalsOf(deps, settings)).map((one) => ({
      key: one.key,
      ...withList(one),
    })),
    dismissed: dismissed_aliases.length,
    can_change: c.var.caller === 'admin',
  };
}

function withList({ name: publicName, ids }: AliasGroup) {
  return { name: publicName, ids: [...ids] };
}

async function proposalsOf(
  { db }: ApiDeps,
  { model_aliases, dismissed_aliases }: GroupSettings,
): Promise<ProposedGroup[]> {
  const channels = new Map<string, number>();
  for await (const { target, names } of offeredNames(db)) {
    for (const name of [...names, ...createChannelNames(target.model_aliases).aliases()]) {
      channels.set(name, (channels.get(name) ?? 0) + 1);
    }
  }
  const dismissed = new Set(dismissed_aliases);
  return proposeGroups({ channels, aliases: createAliasIndex(model_aliases), dismissed });
}

/** The group joins those that have one of its names, unless these are several. */
function withGroup(current: GroupSettings, { name: publicName, ids }: AliasGroup): GroupSettings {
  const added = [publicName, ...ids].map(modelKey);
  const groups = current.model_aliases.map(parseAliasGroup);
  const touched = groups.filter((group) =>
    [group.name, ...group.ids].some((one) => added.includes(one)),
  );
  const [known, second] = touched;
  if (second) {
    const message = `name: "${known?.name}" and "${second.name}" are two groups; remove one of them first`;
    throw new AppError('conflict', message, { fields: { name: { code: 'taken' } } });
  }
  const [first = '', ...others] = new Set(known ? [known.name, ...known.ids, ...added] : added);
  const line = aliasGroupLine({ name: first, ids: others });
  const kept = groups.filter((group) => group !== known).map(aliasGroupLine);
  return { ...current, model_aliases: [...kept, line] };
}

function withoutGroup(current: GroupSettings, one: string): GroupSettings {
  const group = createAliasIndex(current.model_aliases).groupOf(modelKey(one));
  if (!group) throw new AppError('not_found', `no group has the name "${one}"`);
  const kept = current.model_aliases.filter((line) => parseAliasGroup(line).name !== group.name);
  return { ...current, model_aliases: kept };
}

/** Throws AppError `invalid_input` with the first thing that is wrong. */
function checked(settings: GroupSettings): GroupSettings {
  for (const field of ['model_aliases', 'dismissed_aliases'] as const) {
    const { error } = settingRules[field].schema.safeParse(settings[field]);
    const issue = error?.issues[0];
    if (!issue) continue;
    const fields = { ids: { code: 'wrong_aliases' } } as const;
    throw new AppError('invalid_input', `ids ${issue.message}`, { fields });
  }
  return settings;
}
