import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const textOf = (file: string) => readFileSync(file, 'utf8');
const workflows = readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`);
const digest = /@sha256:[0-9a-f]{64}/;

test('a workflow may only read, and names actions by commit', () => {
  expect(workflows).not.toEqual([]);
  for (const file of workflows) {
    const text = textOf(file);
    expect(parse(text).permissions, file).toEqual({ contents: 'read' });
    const actions = text.split('\n').filter((line) => line.includes('uses:'));
    expect(actions).not.toEqual([]);
    for (const line of actions) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(
      text.split('actions/checkout@').length - 1,
    );
  }
});

test('every image is pinned by digest and can be replaced', () => {
  const froms = textOf('.docker/Dockerfile').match(/^FROM \S+/gm) ?? [];
  const outer = froms.filter((line) => line.includes(':'));
  expect(outer).toHaveLength(2);
  for (const line of outer) expect(line).toMatch(digest);
  const services = Object.values<{ image?: string; build?: object }>(
    parse(textOf('docker-compose.yml'), { merge: true }).services,
  );
  for (const { image, build } of services) {
    if (build) expect(build).toMatchObject({ args: ['NODE_IMAGE', 'CADDY_IMAGE'] });
    else expect(image).toMatch(new RegExp(`^\\$\\{[A-Z]+_IMAGE:-[a-z]+:\\d+${digest.source}\\}$`));
  }
});

test('everything that names a major version of Node names the same one', () => {
  const majorIn = (file: string, place: RegExp) => place.exec(textOf(file))?.[1];
  const wanted = majorIn('package.json', /"node": ">=(\d+)"/);
  expect(wanted).toBeDefined();
  expect(majorIn('.docker/Dockerfile', /^FROM node:(\d+)-/m)).toBe(wanted);
  expect(majorIn('.config/bundle.ts', /target: 'node(\d+)'/)).toBe(wanted);
  expect(majorIn('pnpm-workspace.yaml', /"@types\/node": (\d+)\./)).toBe(wanted);
  expect(majorIn('.github/CONTRIBUTING.md', /have Node (\d+)/)).toBe(wanted);
});
