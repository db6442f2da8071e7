/** `sk-ab…wxyz`: enough to tell two secrets apart, too little to use; a short one shows nothing. */
export function maskSecret(secret: string): string {
  return secret.length < 16 ? '…' : `${secret.slice(0, 5)}…${secret.slice(-4)}`;
}

/** How a secret is written when something quotes it: as it is, in JSON (some escape slashes), in a URL. */
export function spellingsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const spellings = [secret, inJson, inJson.replaceAll('/', '\\/'), encodeURIComponent(secret)];
  return [...new Set(spellings)];
}
