import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readContainer } from './read-container.ts';

/** Reads a folder with these files, as the kernel would show them. */
async function kernelWith(membership: string, files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'cgroup-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries({ ...files, 'self-cgroup': membership })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
  return readContainer({ root, membership: join(root, 'self-cgroup') });
}

test('version 2, within a container with limits', async () => {
  const found = await kernelWith('0::/', {
    'cgroup.controllers': 'cpu memory',
    'cpu.stat': 'usage_usec 12500000\nuser_usec 9000000',
    'cpu.max': '150000 100000',
    'memory.current': '104857600',
    'memory.stat': 'anon 1\ninactive_file 4857600\nactive_file 5',
    'memory.max': '536870912',
  });
  expect(found).toEqual({
    available: true,
    cgroup_version: 2,
    cpu_usage_seconds_total: 12.5,
    cpu_limit_cores: 1.5,
    memory_usage_bytes: 100_000_000,
    memory_limit_bytes: 536_870_912,
    detail: '',
  });
});

test('version 2, as a service of a host: the tightest limit on the way up applies', async () => {
  const found = await kernelWith('0::/system.slice/monitor.service', {
    'cgroup.controllers': 'cpu memory',
    'cpu.stat': 'usage_usec 99000000',
    'system.slice/cpu.max': '400000 100000',
    'system.slice/memory.max': '1000',
    'system.slice/monitor.service/cpu.stat': 'usage_usec 3000000',
    'system.slice/monitor.service/cpu.max': 'max 100000',
    'system.slice/monitor.service/memory.current': '500',
    'system.slice/monitor.service/memory.max': 'max',
  });
  expect(found).toMatchObject({
    cpu_usage_seconds_total: 3,
    cpu_limit_cores: 4,
    memory_usage_bytes: 500,
    memory_limit_bytes: 1000,
  });
});

test('version 2, if the path of the host does not exist in the container', async () => {
  const found = await kernelWith('0::/kubepods/pod1/abc', {
    'cgroup.controllers': 'memory',
    'cpu.stat': 'usage_usec 1000000',
    'memory.current': '7',
  });
  expect(found).toMatchObject({ cpu_usage_seconds_total: 1, memory_usage_bytes: 7 });
});

test('version 2, at the root of a host: the detail names what is missing', async () => {
  const found = await kernelWith('0::/', {
    'cgroup.controllers': 'cpu',
    'cpu.stat': 'usage_usec 1000000',
  });
  expect(found).toMatchObject({
    available: true,
    memory_usage_bytes: null,
    detail: 'the control group does not report: memory usage',
  });
});

test('version 1, with limits', async () => {
  const found = await kernelWith(
    '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/',
    {
      'cpuacct/docker/abc/cpuacct.usage': '2500000000',
      'cpu/docker/abc/cpu.cfs_quota_us': '50000',
      'cpu/docker/abc/cpu.cfs_period_us': '100000',
      'memory/docker/abc/memory.usage_in_bytes': '3000',
      'memory/docker/abc/memory.stat': 'cache 1\ntotal_inactive_file 1000',
      'memory/docker/abc/memory.limit_in_bytes': '4096',
      'memory/memory.limit_in_bytes': '9223372036854771712',
    },
  );
  expect(found).toEqual({
    available: true,
    cgroup_version: 1,
    cpu_usage_seconds_total: 2.5,
    cpu_limit_cores: 0.5,
    memory_usage_bytes: 2000,
    memory_limit_bytes: 4096,
    detail: '',
  });
});

test('version 1, without limits', async () => {
  const found = await kernelWith('4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc', {
    'cpuacct/cpuacct.usage': '1000000000',
    'cpu/cpu.cfs_quota_us': '-1',
    'cpu/cpu.cfs_period_us': '100000',
    'memory/memory.usage_in_bytes': '3000',
    'memory/memory.limit_in_bytes': '9223372036854771712',
  });
  expect(found).toMatchObject({
    cgroup_version: 1,
    cpu_usage_seconds_total: 1,
    cpu_limit_cores: null,
    memory_limit_bytes: null,
  });
});

test('no control groups at all', async () => {
  const found = await readContainer({ root: '/nowhere', membership: '/nowhere/cgroup' });
  expect(found).toMatchObject({ available: false, cgroup_version: null, memory_usage_bytes: null });
  expect(found.detail).toContain('no control groups');
});

test('malformed files count as missing and never throw', async () => {
  const found = await kernelWith('0::/../..', {
    'cgroup.controllers': '',
    'cpu.stat': 'nonsense',
    'cpu.max': 'a b c',
    'memory.current': 'many',
    'memory.max': '',
  });
  expect(found).toMatchObject({
    available: false,
    cpu_limit_cores: null,
    memory_limit_bytes: null,
  });
});
