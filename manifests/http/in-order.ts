/** Works on items side by side, at most `lanes` ahead, and gives the results in the order of the items. */
export async function* inOrder<Item, Outcome>(
  items: Iterable<Item>,
  lanes: number,
  work: (item: Item) => Promise<Outcome>,
): AsyncGenerator<Outcome> {
  const ahead: Promise<Outcome>[] = [];
  for (const item of items) {
    const begun = work(item);
    // It may fail while an earlier one is waited for; whoever waits for it later still sees it.
    begun.catch(() => {});
    ahead.push(begun);
    const first = ahead.length < lanes ? undefined : ahead.shift();
    if (first !== undefined) yield await first;
  }
  for (const begun of ahead) yield await begun;
}
