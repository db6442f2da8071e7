import type { MadeSecret } from './first-start.ts';

/** Secrets as lines under a heading; nothing where there are none. */
export function showSecrets(heading: string, secrets: readonly MadeSecret[]): string {
  if (secrets.length === 0) return '';
  const width = Math.max(...secrets.map(({ name }) => name.length));
  const lines = secrets.map(({ name, value }) => `    ${name.padEnd(width)}  ${value}`);
  return `\n  ${heading}\n${lines.join('\n')}\n`;
}

export const firstStartHeading = 'Made at this first start and shown only now; keep them:';
