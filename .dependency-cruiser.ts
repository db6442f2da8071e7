import type { IConfiguration, IForbiddenRuleType } from 'dependency-cruiser';

/** What the source of a room may import. */
interface Room {
  rooms?: string[];
  packages?: string[];
  /** Rooms and packages of which it may import types alone. */
  types?: string[];
  /** Whether it may use Node's own modules. */
  node: boolean;
}

const rooms: Record<string, Room> = {
  'packages/core': { packages: ['zod'], node: false },
  'packages/protocols': { rooms: ['packages/core'], packages: ['zod'], node: false },
  'packages/upstream': {
    rooms: ['packages/core', 'packages/protocols'],
    packages: ['undici'],
    node: true,
  },
  'packages/db': {
    rooms: ['packages/core'],
    packages: ['kysely', 'better-sqlite3', 'pg'],
    node: true,
  },
  'packages/bus': { rooms: ['packages/core'], packages: ['bullmq', 'ioredis'], node: true },
  'packages/runtime': {
    rooms: ['packages/core', 'packages/db', 'packages/bus'],
    packages: ['zod', 'pino', 'prom-client'],
    node: true,
  },
  'packages/fake-provider': { node: true },
  'packages/test-servers': { node: true },
  'packages/bench': {
    rooms: [
      'packages/core',
      'packages/db',
      'packages/upstream',
      'packages/fake-provider',
      'packages/test-servers',
    ],
    packages: ['kysely'],
    node: true,
  },
  'apps/api': {
    rooms: ['packages/core', 'packages/db', 'packages/bus', 'packages/runtime'],
    packages: [
      'hono',
      '@hono/node-server',
      '@hono/zod-openapi',
      'zod',
      'badge-maker',
      'csv-parse',
      'otpauth',
      'yaml',
    ],
    node: true,
  },
  'apps/worker': {
    rooms: [
      'packages/core',
      'packages/protocols',
      'packages/upstream',
      'packages/db',
      'packages/bus',
      'packages/runtime',
    ],
    packages: ['zod'],
    node: true,
  },
  'apps/proxy': {
    rooms: [
      'packages/core',
      'packages/protocols',
      'packages/upstream',
      'packages/db',
      'packages/bus',
      'packages/runtime',
    ],
    packages: ['zod'],
    types: ['undici'],
    node: true,
  },
  'apps/web': {
    rooms: ['packages/core'],
    packages: ['hono', '@alpinejs/csp', 'chart.js', 'sortablejs', 'uqr'],
    types: ['apps/api', 'alpinejs'],
    node: false,
  },
  'apps/standalone': {
    rooms: [
      'apps/api',
      'apps/worker',
      'apps/proxy',
      'packages/db',
      'packages/bus',
      'packages/runtime',
      'packages/fake-provider',
    ],
    packages: ['zod'],
    node: true,
  },
};

const tests = '\\.test\\.ts$|^(?:apps|packages)/[^/]+/test/';
const testSupport = '^packages/(?:fake-provider|test-servers)/';

export default {
  forbidden: [
    ...Object.entries(rooms).flatMap(([name, room]) => rulesOf(name, room)),
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Move what both files need into a third, or join them.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'rooms-by-name',
      severity: 'error',
      comment:
        'Import another room as @api-monitor/…, so that its package.json says what it offers.',
      from: { path: '^((?:apps|packages)/[^/]+)/' },
      to: { path: '^(?:apps|packages)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: {
        path: '^(?:apps|packages)/[^/]+/src/',
        pathNot: [tests, testSupport, '^packages/bench/', '^apps/standalone/src/demo'],
      },
      to: { path: [tests, testSupport] },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // dependency-cruiser reads TypeScript with typescript before version 7, or with swc.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:apps|packages)/[^/]+/dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import'] },
  },
} satisfies IConfiguration;

/** The rules that keep one room within its row of the table. Tests may also import the test support and any package. */
function rulesOf(name: string, { rooms = [], packages = [], types = [], node }: Room) {
  const source = { path: `^${name}/src/`, pathNot: tests };
  const allowed = [name, ...rooms].map((room) => `^${room}/`);
  const ofPackage = (name: string) => `(?:^|/)node_modules/(?:@types/)?${name}/`;
  const rules: IForbiddenRuleType[] = [
    {
      name: `${name}/rooms`,
      severity: 'error',
      from: source,
      to: {
        path: '^(?:apps|packages)/',
        pathNot: [...allowed, ...types.map((room) => `^${room}/`)],
      },
    },
    {
      name: `${name}/test-rooms`,
      severity: 'error',
      from: { path: `^${name}/.*(?:${tests})` },
      to: { path: '^(?:apps|packages)/', pathNot: [...allowed, testSupport] },
    },
    {
      name: `${name}/packages`,
      severity: 'error',
      from: source,
      to: { path: '(?:^|/)node_modules/', pathNot: [...packages, ...types].map(ofPackage) },
    },
  ];
  for (const path of types.flatMap((type) => [`^${type}/`, ofPackage(type)])) {
    rules.push({
      name: `${name}/types-alone`,
      severity: 'error',
      from: source,
      to: { path, dependencyTypesNot: ['type-only'] },
    });
  }
  if (!node) {
    rules.push({
      name: `${name}/no-node`,
      severity: 'error',
      from: source,
      to: { dependencyTypes: ['core'] },
    });
  }
  return rules;
}
