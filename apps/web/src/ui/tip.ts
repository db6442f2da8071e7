const gapPx = 10;

/** Puts the tooltip above a point across a box, or below it if there is no room. */
export function placeTip(tip: HTMLElement, box: DOMRect, share: number): void {
  const centre = box.left + box.width * share;
  const left = Math.min(
    Math.max(8, centre - tip.offsetWidth / 2),
    innerWidth - tip.offsetWidth - 8,
  );
  const above = box.top - tip.offsetHeight - gapPx;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 0 ? above : box.bottom + gapPx}px`;
}

/** The parts of a page's tooltip. */
interface TipParts {
  verdict: string;
  time: string;
  facts: { label: string; value: string }[];
  error: string;
}

/** Texts come from providers, so they are only ever set as text. */
export function fillTip(tip: HTMLElement, tone: string, parts: TipParts): void {
  tip.dataset.tone = tone;
  const part = (name: string) => tip.querySelector<HTMLElement>(`[data-tip=${name}]`);
  part('verdict')?.replaceChildren(parts.verdict);
  part('time')?.replaceChildren(parts.time);
  part('error')?.replaceChildren(parts.error);
  part('facts')?.replaceChildren(
    ...parts.facts.map(({ label, value }) => {
      const fact = document.createElement('span');
      const strong = document.createElement('b');
      strong.textContent = value;
      fact.append(`${label} `, strong);
      return fact;
    }),
  );
}
