import type { IConfiguration, IRegularForbiddenRuleType } from 'dependency-cruiser';

/** What the source of a room may import beside itself. */
interface Room {
  rooms?: string[];
  packages?: string[];
  /** Rooms and packages of which it may import types only. */
  types?: string[];
  /** A pure room uses none of Node's modules, and neither does the browser. */
  withoutNode?: true;
}

const rooms: Record<string, Room> = {
  core: { packages: ['zod', 'croner'], withoutNode: true },
  protocols: { rooms: ['core'], packages: ['zod'], withoutNode: true },
  upstream: { rooms: ['core', 'protocols'], packages: ['undici', 'socks'] },
  db: { rooms: ['core'], packages: ['kysely', 'better-sqlite3', 'pg'] },
  bus: { rooms: ['core'], packages: ['bullmq', 'ioredis', 'lru-cache'] },
  prices: { rooms: ['core', 'db'], packages: ['zod'] },
  notify: { rooms: ['core'], packages: ['zod', 'nodemailer'] },
  runtime: { rooms: ['core', 'db', 'bus'], packages: ['zod', 'pino', 'prom-client'] },
  'fake-provider': {},
  'test-servers': {},
  bench: {
    rooms: ['core', 'db', 'fake-provider', 'test-servers'],
    packages: ['kysely', 'undici', 'eventsource-parser'],
  },
  api: {
    rooms: ['core', 'db', 'bus', 'notify', 'prices', 'runtime'],
    packages: [
      ...['hono', '@hono/node-server', '@hono/zod-openapi', 'zod', 'yaml', 'csv-parse'],
      ...['csv-stringify', 'badge-maker', 'feed', 'otpauth', 'lru-cache'],
    ],
  },
  worker: {
    rooms: ['core', 'protocols', 'upstream', 'db', 'bus', 'notify', 'prices', 'runtime'],
    packages: ['zod'],
  },
  proxy: {
    rooms: ['core', 'protocols', 'upstream', 'db', 'bus', 'prices', 'runtime'],
    packages: ['zod', 'lru-cache', 'ws'],
    types: ['undici'],
  },
  web: {
    rooms: ['core'],
    packages: ['hono', '@alpinejs/csp', 'chart.js', 'lit-html', 'sortablejs', 'uqr'],
    types: ['api', 'alpinejs'],
    withoutNode: true,
  },
  standalone: {
    rooms: ['api', 'worker', 'proxy', 'db', 'bus', 'prices', 'runtime', 'fake-provider'],
    packages: ['zod'],
  },
};

const tests = '\\.test\\.ts$|^(?:apps|packages)/[^/]+/test/';
const anyRoom = '^(?:apps|packages)/[^/]+/';
const inRoom = (name: string) => `^(?:apps|packages)/${name}/`;
const inPackage = (name: string) => `(?:^|/)node_modules/(?:@types/)?${name}/`;
const testSupport = inRoom('(?:fake-provider|test-servers)');

export default {
  forbidden: [
    ...Object.entries(rooms).flatMap(([name, room]) => rulesOf(name, room)),
    // The cure: move what both files need into a third, or join them.
    forbid('no-circles', {}, { circular: true }),
    // A room's package.json says what it offers to others as @api-monitor/….
    forbid(
      'rooms-by-name',
      { path: '^((?:apps|packages)/[^/]+)/' },
      { path: anyRoom, pathNot: '^$1/', dependencyTypes: ['local'] },
    ),
    forbid(
      'no-test-code-in-the-product',
      {
        path: `${anyRoom}src/`,
        pathNot: [tests, testSupport, inRoom('bench'), '^apps/standalone/src/demo'],
      },
      { path: [tests, testSupport] },
    ),
    forbid('everything-resolves', {}, { couldNotResolve: true }),
  ],
  options: {
    // dependency-cruiser can't use TypeScript 7, so swc parses the source.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: `${anyRoom}dist/` },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import'] },
  },
} satisfies IConfiguration;

/** The rules of a row. Tests may also import the test support, any package and Node's modules. */
function rulesOf(name: string, { rooms = [], packages = [], types = [], withoutNode }: Room) {
  const source = { path: `${inRoom(name)}src/`, pathNot: tests };
  const own = [name, ...rooms].map(inRoom);
  const rules = [
    forbid(`${name}/rooms`, source, { path: anyRoom, pathNot: [...own, ...types.map(inRoom)] }),
    forbid(
      `${name}/test-rooms`,
      { path: `${inRoom(name)}.*(?:${tests})` },
      { path: anyRoom, pathNot: [...own, testSupport] },
    ),
    forbid(`${name}/packages`, source, {
      path: inPackage('.*'),
      pathNot: [...packages, ...types].map(inPackage),
    }),
  ];
  if (withoutNode) rules.push(forbid(`${name}/no-node`, source, { dependencyTypes: ['core'] }));
  if (types.length > 0) {
    const path = types.flatMap((type) => [inRoom(type), inPackage(type)]);
    rules.push(forbid(`${name}/types-only`, source, { path, dependencyTypesNot: ['type-only'] }));
  }
  return rules;
}

function forbid(
  name: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType {
  return { name, severity: 'error', from, to };
}
