import type { MadeSecret } from '@api-monitor/api';

/** What the terminal shows once the monitor listens. */
export function greet(
  port: number,
  madeSecrets: readonly MadeSecret[],
  heading = 'Made at this first start and shown only now; keep them:',
): string {
  const lines = ['', `  API Monitor listens on http://localhost:${port}`, ''];
  if (madeSecrets.length > 0) {
    const width = Math.max(...madeSecrets.map(({ name }) => name.length));
    lines.push(`  ${heading}`);
    lines.push(...madeSecrets.map(({ name, value }) => `    ${name.padEnd(width)}  ${value}`), '');
  }
  return `${lines.join('\n')}\n`;
}
