/** `order` with `id` right before `beforeId`, or at the end if that is null. */
export function moveBefore(
  order: readonly number[],
  id: number,
  beforeId: number | null,
): readonly number[] {
  if (id === beforeId || !order.includes(id)) return order;
  const rest = order.filter((it) => it !== id);
  const index = beforeId === null ? rest.length : rest.indexOf(beforeId);
  return rest.toSpliced(index < 0 ? rest.length : index, 0, id);
}

/** `order` with `id` moved by one place among the `visible` ids; hidden ones keep their places. */
export function moveByOne(
  order: readonly number[],
  visible: readonly number[],
  id: number,
  step: -1 | 1,
): readonly number[] {
  const index = visible.indexOf(id);
  const neighbour = visible[index + step];
  if (index < 0 || neighbour === undefined) return order;
  if (step === -1) return moveBefore(order, id, neighbour);
  const behind = order[order.indexOf(neighbour) + 1];
  return moveBefore(order, id, behind ?? null);
}
