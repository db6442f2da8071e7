import type { MessagePort } from 'node:worker_threads';
import type { OpenDatabaseOptions } from '@api-monitor/db';
import type { gatewayOptionsOf } from '@api-monitor/proxy';
import type { HttpPlace } from '@api-monitor/runtime';
import type { Env } from './env.ts';

/** What the gateway's thread begins with. */
export interface GatewayThreadData {
  database: Omit<OpenDatabaseOptions, 'now'>;
  gateway: ReturnType<typeof gatewayOptionsOf>;
  /** Where clients come to. */
  place: HttpPlace;
  /** Where the api answers what is not the gateway's. */
  apiPath: string;
  bus: MessagePort;
  logLevel: Env['LOG_LEVEL'];
  givenMasterToken: string | undefined;
}

export type ToGateway = 'metrics' | 'close';

export type FromGateway =
  | { told: 'listening'; port: number }
  /** `sentence` is for the person who started the program; if it is null, only the stack trace helps. */
  | { told: 'failed'; sentence: string | null; stack: string }
  | { told: 'metrics'; text: string }
  | { told: 'closed' };
