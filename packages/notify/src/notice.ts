export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

export const noticeKinds = [
  'opened',
  'changed',
  'reminder',
  'recovered',
  /** Shows whether a destination works. */
  'test',
  /** Sums up notices that had to wait. */
  'digest',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export type NoticeLanguage = 'en' | 'zh';

/** A line of a notice. Names of channels and models, and what providers say, are hostile input. */
export interface NoticeLine {
  /** "Since", without a colon. */
  label: string | null;
  text: string;
  /** Somebody else's words, such as a provider's error. */
  isQuoted: boolean;
}

/** What a person is told, composed in the destination's language; the adapters render it. */
export interface Notice {
  kind: NoticeKind;
  severity: Severity;
  language: NoticeLanguage;
  /** One line. */
  title: string;
  lines: readonly NoticeLine[];
  /** The page about it. */
  link: string | null;
  /** The same for each attempt to deliver the notice to the destination. */
  idempotencyKey: string;
  /** The same for all notices about one incident; null: it belongs to none. */
  incidentKey: string | null;
  /** When it was composed, in Unix seconds. */
  timeS: number;
  /** The destination's time zone, for texts. */
  timeZone: string;
  /** What templates of a webhook may name, as `{{fields.name}}`. */
  fields: Readonly<Record<string, string | number | boolean | null>>;
}
