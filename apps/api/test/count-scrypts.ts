import { createHook } from 'node:async_hooks';

/** How many scrypt derivations Node started while `work` ran, counted without a mock. */
export async function countScrypts(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'SCRYPTREQUEST') count += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return count;
}
