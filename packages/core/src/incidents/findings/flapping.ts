/** Nagios looks at the results of the last 21 checks, which are 20 possible changes. */
export const flapFindings = 21;

/**
 * How often something changed, as a share: each change counts by its age, from 0.75 for the oldest to 1.25
 * for the newest. `recent` has a letter for each finding, oldest first; missing ones are no changes.
 * Source: https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html
 */
export function flapShareOf(recent: string): number {
  const changes = flapFindings - 1;
  const missing = flapFindings - recent.length;
  let sum = 0;
  for (let index = 1; index < recent.length; index += 1) {
    if (recent[index] === recent[index - 1]) continue;
    const place = missing + index - 1;
    sum += 0.75 + (0.5 * place) / (changes - 1);
  }
  return sum / changes;
}
