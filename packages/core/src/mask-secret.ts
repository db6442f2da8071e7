/** `sk-ab…wxyz`: enough to tell two secrets apart, too little to use; a short one shows nothing. */
export function maskSecret(secret: string): string {
  return secret.length < 16 ? '…' : `${secret.slice(0, 5)}…${secret.slice(-4)}`;
}
