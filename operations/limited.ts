/** Does something with each item, so many at a time, and gives what came of it in the items' order. */
export async function limited<Item, Result>(
  count: number,
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await action(items[index] as Item);
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, work));
  return results;
}
