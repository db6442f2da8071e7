/** `sk-ab…wxyz`: enough to tell two secrets apart, too little to use; of a short one, nothing. */
export function maskSecret(secret: string): string {
  return secret.length < 16 ? '…' : `${secret.slice(0, 5)}…${secret.slice(-4)}`;
}

/** A shorter key can't be told from ordinary text. */
const leastSecretLength = 8;
/** What people enter for local servers that need no key; an answer may well have such a word. */
const dummyKeys = new Set([
  ...['anything', 'placeholder', 'lm-studio', 'not-needed', 'notneeded', 'no-key-required'],
  ...['sk-no-key-required', 'dummy-key', 'password', 'your-api-key', 'your_api_key', 'undefined'],
]);

/**
 * How a secret may be written when something quotes it: as it is, in JSON (where slashes and signs may be
 * escaped), in a URL. Empty if it isn't a secret.
 */
export function spellingsOf(secret: string): string[] {
  if (secret.length < leastSecretLength || dummyKeys.has(secret.toLowerCase())) return [];
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  // As .NET's encoder writes JSON.
  const escaped = inJson.replaceAll(/[+&<>'`]/g, codeUnit);
  const spellings = [
    ...[secret, inJson, inJson.replaceAll('/', '\\/'), escaped, lowerCodes(escaped)],
    ...[inUrl, inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
  ];
  return [...new Set(spellings)];
}

function codeUnit(sign: string): string {
  return `\\u00${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function lowerCodes(text: string): string {
  return text.replaceAll(/\\u00[0-9A-F]{2}/g, (code) => code.toLowerCase());
}
