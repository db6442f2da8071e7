import type { ChannelFault } from './channel-fault.ts';
import type { Evidence } from './evidence.ts';
import type { Knowledge } from './next-knowledge.ts';

/** A proof that traffic renews is stored at most this often, so that a busy gateway rewrites few rows. */
const renewalS = 30;
/** A first token that moved by this much may change which channel is the fastest. */
const noticeableRatio = 1.1;

/** Whether routing or people would notice the difference, and not only that a proof was renewed. */
export function hasMoved(before: Knowledge, after: Knowledge): boolean {
  return (
    hasFaultMoved(before.fault, after.fault) ||
    after.evidence.some((entry) => hasEntryMoved(entryOn(before, entry), entry))
  );
}

/** Whether the difference between two versions of a model's evidence is worth a write. */
export function isWorthStoring(before: Knowledge, after: Knowledge): boolean {
  return (
    hasMoved(before, after) ||
    after.evidence.some(({ route, proved_at }) => {
      const known = entryOn(before, { route })?.proved_at ?? 0;
      return (proved_at ?? 0) - known >= renewalS;
    })
  );
}

function entryOn({ evidence }: Knowledge, { route }: Pick<Evidence, 'route'>) {
  return evidence.find((entry) => entry.route === route);
}

export function hasFaultMoved(before: ChannelFault | null, after: ChannelFault | null): boolean {
  return before?.since !== after?.since || before?.rest_until !== after?.rest_until;
}

function hasEntryMoved(before: Evidence | undefined, after: Evidence): boolean {
  if (!before) return after.state !== 'unproven' || after.failures > 0;
  return (
    before.state !== after.state ||
    before.failures !== after.failures ||
    before.rest_until !== after.rest_until ||
    before.is_wrong_answer !== after.is_wrong_answer ||
    hasTokenMoved(before.first_token_s, after.first_token_s)
  );
}

/** A slower drift is noticed at the next run, which makes everybody read the channel again. */
function hasTokenMoved(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return before !== after;
  return Math.max(before, after) > noticeableRatio * Math.min(before, after);
}
