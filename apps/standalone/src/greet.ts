import type { MadeSecret } from '@api-monitor/api';

/** What the terminal shows once the monitor listens. */
export function greet(port: number): string {
  return `\n  API Monitor listens on http://localhost:${port}\n\n`;
}

/** Secrets as lines under a heading; nothing where there are none. */
export function showSecrets(heading: string, secrets: readonly MadeSecret[]): string {
  if (secrets.length === 0) return '';
  const width = Math.max(...secrets.map(({ name }) => name.length));
  const lines = secrets.map(({ name, value }) => `    ${name.padEnd(width)}  ${value}`);
  return `\n  ${heading}\n${lines.join('\n')}\n`;
}
