import { type Finding, nextKeyStates, type ProbeResult, type Target } from '@api-monitor/core';
import { nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import { learn, readPastStates, writeEvidence } from '../model-states/write-model-states.ts';
import { addProbeCost } from '../probe-totals/write-probe-totals.ts';
import { channelKeysOf, keyColumns } from '../targets/target-keys.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';

export interface RecordKeyProbeInput {
  target_id: number;
  probe: ProbeResult;
  /** What the probe shows; each names the key. */
  findings: readonly Finding[];
  nowS: number;
}

/**
 * Writes what a probe of a key that failed shows. An answer also proves its model; a failure says nothing
 * about the model, which other keys serve. Null if the target is gone.
 */
export async function recordKeyProbe(
  db: Database,
  { target_id, probe, findings, nowS }: RecordKeyProbeInput,
): Promise<Target | null> {
  return inTransaction(db, async (tx) => {
    await lockTargets(tx.kysely, [target_id]);
    const target = await getTarget(tx, target_id);
    const before = target && channelKeysOf(target);
    if (!target || !before) return null;
    await addProbeCost(tx, { target_id, probe, nowS });
    const after = probe.success
      ? await learnAnswer(tx, target, probe, findings)
      : {
          fault: target.fault,
          keys: { ...before, states: findings.reduce(nextKeyStates, before.states) },
        };
    const row = await tx.kysely
      .updateTable('targets')
      .set({
        ...targetCodec.toRow({ fault: after.fault }),
        ...keyColumns(target, after.keys),
        revision: nextRevision,
      })
      .where('id', '=', target_id)
      .returning(targetCodec.columns)
      .executeTakeFirstOrThrow();
    return targetCodec.fromRow(row);
  });
}

async function learnAnswer(
  db: Database,
  target: Target,
  { model }: ProbeResult,
  findings: readonly Finding[],
) {
  const past = await readPastStates(db, target.id, model);
  const known = learn(
    target,
    past,
    findings.map((finding) => ({ model, finding })),
  );
  if (past.has(model)) {
    await writeEvidence(db, target.id, new Map([[model, known.evidence.get(model) ?? []]]));
  }
  return known;
}
