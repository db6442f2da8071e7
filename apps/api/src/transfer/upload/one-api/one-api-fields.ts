import { mostTags, targetFieldSchemas, withTags } from '@api-monitor/core';
import { objectIn } from './one-api-losses.ts';
import { aliasesIn, headersIn, type MappedRules, overridesIn } from './one-api-rules.ts';

type Row = Record<string, unknown>;
type FieldName = keyof typeof targetFieldSchemas;

/** What a row says about fields that both tools have, but for its name, address, keys and models. */
export interface MappedFields {
  fields: Record<string, unknown>;
  /** Columns, or parts of them, that have no counterpart or are refused. */
  lost: string[];
  /** By the names that clients use: the ids of the channel. */
  idOf: ReadonlyMap<string, string>;
}

/**
 * The fields of ours that a row fills, each valid. Of the groups, `default` says nothing. A weight of 0, which
 * all rows have unless it was changed, is the usual one.
 */
export function fieldsOf(row: Row): MappedFields {
  const setting = objectIn(row.setting) ?? {};
  const { idOf, ...aliases } = aliasesIn(row.model_mapping);
  const headers = joined([
    headersIn(row.header_override, 'header_override'),
    headersIn(row.headers, 'headers'),
    headersIn(setting.headers, 'setting.headers'),
    organisationIn(row.openai_organization),
  ]);
  const overrides = joined([
    overridesIn(row.param_override, 'param_override'),
    overridesIn(setting.param_override, 'setting.param_override'),
  ]);
  const tags = tagsIn(row);
  const singles = [
    single('proxy_url', textOf(setting.proxy), 'setting.proxy'),
    single('priority', numberOf(row.priority), 'priority'),
    single('weight', numberOf(row.weight), 'weight'),
  ];
  const lists = {
    model_aliases: aliases.lines,
    headers: headers.lines,
    body_overrides: overrides.lines,
    tags: tags.lines,
  };
  const filled = Object.entries(lists).filter(([, lines]) => lines.length > 0);
  return {
    fields: Object.assign(Object.fromEntries(filled), ...singles.map(({ fields }) => fields)),
    lost: [aliases, headers, overrides, tags, ...singles].flatMap(({ lost }) => lost),
    idOf,
  };
}

/** A field with one value; '' and 0 say nothing. */
function single(field: FieldName, value: string | number, column: string) {
  if (value === '' || value === 0) return { fields: {}, lost: [] };
  const { success } = targetFieldSchemas[field].safeParse(value);
  return success ? { fields: { [field]: value }, lost: [] } : { fields: {}, lost: [column] };
}

function organisationIn(value: unknown): MappedRules {
  const organisation = textOf(value);
  if (organisation === '') return { lines: [], lost: [] };
  return headersIn({ 'OpenAI-Organization': organisation }, 'openai_organization');
}

function tagsIn(row: Row): MappedRules {
  const groups = textOf(row.group)
    .split(',')
    .map((group) => group.trim());
  const named = [textOf(row.tag), ...groups.filter((group) => group !== 'default')];
  const wanted = withTags([], named.filter(Boolean));
  const isGood = (tag: string) => targetFieldSchemas.tags.safeParse([tag]).success;
  const good = wanted.filter(isGood);
  const isCut = good.length < wanted.length || good.length > mostTags;
  return { lines: good.slice(0, mostTags), lost: isCut ? ['tag'] : [] };
}

function joined(parts: readonly MappedRules[]): MappedRules {
  return {
    lines: parts.flatMap(({ lines }) => lines),
    lost: parts.flatMap(({ lost }) => lost),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** In a CSV, numbers are texts. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
