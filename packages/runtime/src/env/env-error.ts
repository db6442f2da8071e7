/** The environment can't be used; `message` has a line for each problem. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}
