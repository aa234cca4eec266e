/** Runs work on items side by side, at most `lanes` at once, and stops at the first failure. */
import { ok, type Result } from '../../shared/result.ts';

export async function inParallel<Item, Failure>(
  items: Iterable<Item>,
  lanes: number,
  work: (item: Item) => Promise<Result<unknown, Failure>>,
): Promise<Result<void, Failure>> {
  const queue = items[Symbol.iterator]();
  let failed: Result<void, Failure> = ok();
  const lane = async () => {
    for (let next = queue.next(); !next.done && failed.ok; next = queue.next()) {
      const done = await work(next.value);
      if (!done.ok && failed.ok) failed = done;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failed;
}
