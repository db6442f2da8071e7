// Browsers import this file, so it must not import zod.

/** The question of old; a target that has it is asked a checkable question instead. */
export const formerPrompt =
  'What is the exact model identifier (model string) you are using for this chat/session?';

/** The target's own question; null if it has none, so that probes choose one whose answer can be checked. */
export function ownPromptOf({ prompt }: { prompt: string }): string | null {
  return prompt === formerPrompt ? null : prompt;
}
