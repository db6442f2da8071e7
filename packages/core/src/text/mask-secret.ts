/** `sk-ab…wxyz`: enough to tell two secrets apart, too little to use. A short secret is hidden entirely. */
export function maskSecret(secret: string): string {
  return secret.length < 16 ? '…' : `${secret.slice(0, 5)}…${secret.slice(-4)}`;
}

/** A shorter key can't be told from ordinary text. */
const leastSecretLength = 8;
/** Placeholders that people enter for servers without keys; answers may contain these words. */
const dummyKeys = new Set([
  ...['anything', 'placeholder', 'lm-studio', 'not-needed', 'notneeded', 'no-key-required'],
  ...['sk-no-key-required', 'dummy-key', 'password', 'your-api-key', 'your_api_key', 'undefined'],
]);

/**
 * The spellings of a secret in quoted text: unchanged, in JSON (with or without escaped slashes and symbols)
 * and in a URL. Empty if it isn't a secret.
 */
export function spellingsOf(secret: string): string[] {
  if (secret.length < leastSecretLength || dummyKeys.has(secret.toLowerCase())) return [];
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  // .NET's JSON encoder escapes these.
  const escaped = inJson.replaceAll(/[+&<>'`]/g, escapeInJson);
  const spellings = [
    ...[secret, inJson, inJson.replaceAll('/', '\\/'), escaped, lowerCodes(escaped)],
    ...[inUrl, inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
  ];
  return [...new Set(spellings)];
}

function escapeInJson(char: string): string {
  return `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

function lowerCodes(text: string): string {
  return text.replaceAll(/\\u00[0-9A-F]{2}/g, (code) => code.toLowerCase());
}
