/**
 * What went wrong, without what was asked: ioredis hangs the command with its arguments on its errors,
 * and those hold the password of a login that failed.
 */
export function bareError(fault: unknown): Error {
  const { name, message, code } = partsOf(fault);
  // Where a name has several addresses, the message is empty and the code says it all.
  const error = new Error(message || code || 'unknown');
  error.name = name;
  return error;
}

function partsOf(fault: unknown): { name: string; message: string; code: string } {
  if (!(fault instanceof Error)) return { name: 'Error', message: String(fault), code: '' };
  const code = 'code' in fault ? String(fault.code) : '';
  return { name: fault.name, message: fault.message, code };
}
