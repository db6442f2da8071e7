import {
  type Evidence,
  hasFaultMoved,
  hasKeyMoved,
  hasMoved,
  isWorthStoring,
  type Knowledge,
  type ModelFinding,
  type Target,
} from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { nextRevision, parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { channelKeysOf, keyColumns } from '../targets/target-keys.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';
import { applyFindings, type ChannelKnowledge } from './apply-findings.ts';
import { closeOutagesNow } from './close-outages.ts';
import { writeEvidence } from './write-model-states.ts';

/** A target of which people or routing know something new. */
export interface EvidenceChange {
  target_id: number;
}

/**
 * Writes what traffic shows about the models. Belongs in a transaction that has locked the targets. Findings
 * about unknown models are left out, unless they concern the whole channel.
 */
export async function writeTrafficFindings(
  db: Database,
  findings: readonly ModelFinding[],
): Promise<EvidenceChange[]> {
  const changes: EvidenceChange[] = [];
  for (const [target_id, ofTarget] of Map.groupBy(findings, (one) => one.target_id)) {
    if (await writeOfTarget(db, target_id, ofTarget)) changes.push({ target_id });
  }
  return changes;
}

async function writeOfTarget(
  db: Database,
  targetId: number,
  findings: readonly ModelFinding[],
): Promise<boolean> {
  const target = await getTarget(db, targetId);
  if (!target) return false;
  const before = await readKnowledge(db, target, new Set(findings.map(({ model }) => model)));
  const after = applyFindings(
    before,
    findings
      .filter((finding) => !isOutdated(finding, target))
      .map((finding) => ({ model: finding.model, finding })),
    target.interval_min * 60,
  );
  const known = [...before.evidence.keys()].map((model) => ({
    model,
    before: knowledgeOf(before, model),
    after: knowledgeOf(after, model),
  }));
  const worthStoring = known.filter((one) => isWorthStoring(one.before, one.after));
  await writeEvidence(db, targetId, evidenceOf(worthStoring));
  const nowS = Math.max(...findings.map(({ at }) => at));
  await closeOutagesNow(db, { target, before, after, nowS });
  const keys = keyColumns(target, after.keys);
  const isNews =
    hasFaultMoved(before.fault, after.fault) ||
    haveKeysMoved(target, after) ||
    known.some((one) => hasMoved(one.before, one.after));
  if (isNews) await announce(db, targetId, after, keys);
  else if ('key_states' in keys) await renew(db, targetId, keys);
  return isNews;
}

/** A request that was sent before the channel was edited may have used another key or address. */
function isOutdated({ began_at }: ModelFinding, { updated_at }: Target): boolean {
  return began_at < updated_at;
}

function haveKeysMoved({ key_states }: Target, { keys }: ChannelKnowledge): boolean {
  return keys?.states.some((state, at) => hasKeyMoved(key_states[at], state)) ?? false;
}

async function readKnowledge(
  db: Database,
  target: Target,
  models: ReadonlySet<string>,
): Promise<ChannelKnowledge> {
  const evidence = new Map<string, readonly Evidence[]>();
  for (const chunk of chunksOf([...models])) {
    const rows = await db.kysely
      .selectFrom('model_states')
      .select(['model', 'evidence'])
      .where('target_id', '=', target.id)
      .where('model', 'in', chunk)
      .execute();
    for (const row of rows) evidence.set(row.model, parseColumn<Evidence[]>(row.evidence));
  }
  return { evidence, fault: target.fault, keys: channelKeysOf(target) };
}

/** Without the fault, which belongs to the channel. */
function knowledgeOf({ evidence }: ChannelKnowledge, model: string): Knowledge {
  return { evidence: evidence.get(model) ?? [], fault: null };
}

function evidenceOf(known: readonly { model: string; after: Knowledge }[]) {
  return new Map(known.map(({ model, after }) => [model, after.evidence]));
}

async function announce(
  db: Database,
  id: number,
  { fault }: ChannelKnowledge,
  keys: ReturnType<typeof keyColumns>,
): Promise<void> {
  await db.kysely
    .updateTable('targets')
    .set({ ...targetCodec.toRow({ fault }), ...keys, revision: nextRevision })
    .where('id', '=', id)
    .execute();
}

/** The proofs of keys, of which gateways needn't hear. */
async function renew(db: Database, id: number, keys: ReturnType<typeof keyColumns>): Promise<void> {
  await db.kysely.updateTable('targets').set(keys).where('id', '=', id).execute();
}
