/** Starts periodic work, once in all processes that share the bus. */
export interface Ticker {
  /** Runs `task` now and then every `periodMs`; a tick that finds the last one still at work passes. */
  every(name: string, periodMs: number, task: () => Promise<void>): void;
}
