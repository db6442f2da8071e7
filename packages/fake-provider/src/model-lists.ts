import type { ServerResponse } from 'node:http';
import { sendBody, sendJson } from './send.ts';

type ModelListBehaviour = (models: readonly string[], response: ServerResponse) => void;

const entry = (id: string) => ({ id, object: 'model', created: 1_760_000_000, owned_by: 'fake' });

const table = {
  good: (models, response) => sendJson(response, 200, { object: 'list', data: models.map(entry) }),
  empty: (_, response) => sendJson(response, 200, { object: 'list', data: [] }),
  duplicates: (models, response) =>
    sendJson(response, 200, { data: [...models, ...models].map(entry) }),
  junk_entries: (models, response) =>
    sendJson(response, 200, { data: [null, 7, {}, { id: 5 }, { id: '' }, ...models.map(entry)] }),
  array: (models, response) => sendJson(response, 200, models.map(entry)),
  without_data: (_, response) => sendJson(response, 200, { object: 'list' }),
  page: (_, response) => sendBody(response, 200, 'text/html', '<html><p>Please log in</p></html>'),
  error_object: (_, response) => sendJson(response, 200, { error: { message: 'no plan' } }),
  status_401: (_, response) => sendJson(response, 401, { error: { message: 'bad key' } }),
  status_404: (_, response) => sendBody(response, 404, 'text/plain', '404 page not found'),
  status_500: (_, response) => sendJson(response, 500, { error: 'down for repair' }),
  cut_json: (_, response) => sendBody(response, 200, 'application/json', '{"data":[{"id":"a'),
  empty_body: (_, response) => sendBody(response, 200, 'application/json', ''),
  reset: (_, response) => {
    response.socket?.resetAndDestroy();
  },
  hang: () => {},
} satisfies Record<string, ModelListBehaviour>;

export type ModelListName = keyof typeof table;

/** Every behaviour of the list of models, by name. */
export const modelLists: Readonly<Record<ModelListName, ModelListBehaviour>> = table;
