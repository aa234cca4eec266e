import { expect, it } from 'vitest';
import { roundsWithin } from './rounds.ts';

it.each([
  ['all rounds while there is time', 10, [0, 1, 2, 3]],
  ['no further round once the time is over', 50, [0, 1, 2]],
  ['two rounds however long they take', 1000, [0, 1]],
])('gives %s', (_, roundMs, rounds) => {
  let now = 0;
  const given: number[] = [];
  for (const round of roundsWithin(4, 100, () => now)) {
    given.push(round);
    now += roundMs;
  }
  expect(given).toEqual(rounds);
});
