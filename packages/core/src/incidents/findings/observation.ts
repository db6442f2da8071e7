import type { ErrorKind } from '../../probes/error-kind.ts';
import type { AlertKind, Severity } from '../alert-kind.ts';

// Browsers import this file, so it must not import zod.

/** What an alert is about. */
export interface Subject {
  kind: AlertKind;
  /** null: it isn't about a channel. */
  target_id: number | null;
  /** By its public name, so that channels with other names for it count as offering the same. */
  model: string | null;
  /** A channel's key, a gateway key, or a service, by its name. */
  name: string | null;
}

/** The same for equal subjects. */
export function subjectKeyOf({ kind, target_id, model, name }: Subject): string {
  return JSON.stringify([kind, target_id, model, name]);
}

export function isSameSubject(a: Subject, b: Subject): boolean {
  return (
    a.target_id === b.target_id && a.model === b.model && a.kind === b.kind && a.name === b.name
  );
}

/** Why, in the provider's own words. */
export interface Why {
  kind: ErrorKind | null;
  message: string;
}

/** One finding about a subject, by any detector. Times are Unix seconds. */
export interface Observation {
  subject: Subject;
  is_bad: boolean;
  /** When it was found. A finding that is given again, or that is older than the last one, changes nothing. */
  at: number;
  /** How many findings in a row it sums up; absent: one. */
  times?: number;
  why?: Why | null;
  /** What a text says about it, such as `share` or `expires_at`; the names are those of its kind's text. */
  figures?: Readonly<Record<string, number | string>>;
  /** Absent: its kind's. */
  severity?: Severity;
}
