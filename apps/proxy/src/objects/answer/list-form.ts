import type { ObjectKind } from '@api-monitor/core';
import { fieldOf, idOf, isObject, textAt } from './issued-objects.ts';

/** One page of a channel's list. */
export interface ListPage {
  items: unknown[];
  idOf: (item: unknown) => string | null;
  hasMore: boolean;
  /** The channel's own token for the next page; null if its cursors are ids. */
  token: string | null;
  /** The page with these items instead, and cursors that lead on from them. */
  with: (items: unknown[], targetId: number) => object;
}

export interface ListForm {
  empty: object;
  /** The id from which the client goes on, or the channel that gave it a token. */
  cursorIn(query: URLSearchParams | null): { cursor: string | null; targetId: number | null };
  /** The query as the channel understands it. */
  queryAt(query: URLSearchParams | null): URLSearchParams;
  /** Null if it isn't a list. */
  read(json: unknown): ListPage | null;
  /** The query for the page behind this one; null if there is none. */
  next(query: URLSearchParams, page: ListPage): URLSearchParams | null;
}

/** Channels give tokens that only they understand, so the gateway puts the channel before them. */
const tokenForm = /^(\d{1,9})\.(.+)$/s;
const tokenNames = ['page', 'page_token', 'pageToken'];

export function listFormOf(kind: ObjectKind): ListForm {
  switch (kind) {
    case 'gemini-file':
      return formOf(kind, { items: 'files', tokenIn: 'nextPageToken', tokenTo: 'pageToken' });
    case 'cached-content':
      return formOf(kind, {
        ...{ items: 'cachedContents', tokenIn: 'nextPageToken', tokenTo: 'pageToken' },
      });
    default:
      return formOf(kind, { items: 'data', tokenIn: 'next_page', tokenTo: 'page' });
  }
}

interface Names {
  items: string;
  tokenIn: string;
  tokenTo: string;
}

function formOf(kind: ObjectKind, { items: listName, tokenIn, tokenTo }: Names): ListForm {
  const isGoogles = listName !== 'data';
  return {
    empty: isGoogles
      ? {}
      : {
          ...(kind.startsWith('anthropic') || kind === 'message-batch' ? {} : { object: 'list' }),
          ...{ data: [], has_more: false, first_id: null, last_id: null },
        },
    cursorIn(query) {
      const ids = ['after', 'after_id', 'before_id'].map((name) => query?.get(name) ?? null);
      const tokens = tokenNames.map((name) => tokenForm.exec(query?.get(name) ?? '')?.[1]);
      const target = tokens.find((one) => one !== undefined);
      return {
        cursor: ids.find((id) => id !== null && id !== '') ?? null,
        targetId: target === undefined ? null : Number(target),
      };
    },
    queryAt(query) {
      const asked = new URLSearchParams(query ?? undefined);
      for (const name of tokenNames) {
        const token = tokenForm.exec(asked.get(name) ?? '')?.[2];
        if (token !== undefined) asked.set(name, token);
      }
      return asked;
    },
    read(json) {
      const list = fieldOf(json, listName);
      // Google leaves an empty list out.
      if (!isObject(json) || !(Array.isArray(list) || (isGoogles && list === undefined)))
        return null;
      const items: unknown[] = Array.isArray(list) ? list : [];
      const token = longTextAt(json, tokenIn);
      const hasMore = token !== null || fieldOf(json, 'has_more') === true;
      return {
        ...{ items, hasMore, token, idOf: (item) => idOf(kind, item) },
        with: (own, targetId) => ({
          ...json,
          [listName]: own,
          ...(token === null ? {} : { [tokenIn]: `${targetId}.${token}` }),
          ...('first_id' in json ? { first_id: idOf(kind, own[0]) } : {}),
          ...('last_id' in json ? { last_id: idOf(kind, own.at(-1)) } : {}),
        }),
      };
    },
    next(query, { items, hasMore, token }) {
      const asked = new URLSearchParams(query);
      if (token !== null) {
        asked.set(tokenTo, token);
        return asked;
      }
      const isBackwards = query.has('before_id');
      const edge = textAt(isBackwards ? items[0] : items.at(-1), 'id');
      if (!hasMore || edge === null) return null;
      const name = isBackwards ? 'before_id' : kind === 'message-batch' ? 'after_id' : 'after';
      asked.set(kind === 'anthropic-file' && !isBackwards ? 'after_id' : name, edge);
      return asked;
    },
  };
}

const tokenLimit = 4_096;

function longTextAt(json: Record<string, unknown>, name: string): string | null {
  const value = json[name];
  return typeof value === 'string' && value !== '' && value.length <= tokenLimit ? value : null;
}
