import {
  type BodyReading,
  isRightAnswer,
  ownPromptOf,
  questionOf,
  type Route,
  type Target,
} from '@api-monitor/core';

/** What a probe asks, and how its answer is checked. */
export interface ProbeQuestion {
  prompt: string;
  /** Whether it was chosen for this probe; otherwise it is the target's own. */
  isChosen: boolean;
  /** Null if there is no text, or none that can be checked. */
  isWrong(reading: BodyReading): boolean | null;
}

/** The target's own question, whose answer is only read, or a short one whose answer is checked. */
export function questionFor(
  route: Route,
  { target, random }: { target: Pick<Target, 'prompt'>; random: () => number },
): ProbeQuestion {
  const prompt = ownPromptOf(target);
  if (prompt !== null) return { prompt, isChosen: false, isWrong: () => null };
  const question = questionOf(random);
  return {
    prompt: question.prompt,
    isChosen: true,
    isWrong(reading) {
      if (route === 'embeddings' || reading.kind !== 'answer') return null;
      const { text, isThoughtOnly, toolCalls } = reading.answer;
      if (text.trim() === '' || isThoughtOnly || toolCalls.length > 0) return null;
      return !isRightAnswer(question, text);
    },
  };
}
