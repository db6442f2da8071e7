import type { Notice } from '../notice.ts';

/** How a notice is coloured; each vendor has its own names for the colours. */
export type Tone = 'red' | 'orange' | 'blue' | 'green';

export function toneOf({ kind, severity }: Pick<Notice, 'kind' | 'severity'>): Tone {
  if (kind === 'recovered') return 'green';
  if (severity === 'critical') return 'red';
  return severity === 'warning' ? 'orange' : 'blue';
}

export const hexOfTone: Record<Tone, string> = {
  red: '#dc2626',
  orange: '#f59e0b',
  blue: '#3b82f6',
  green: '#16a34a',
};
