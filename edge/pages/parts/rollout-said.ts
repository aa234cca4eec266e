/** What a release's rollout lets through at an instant, in a word for a tag and in a sentence. */
import type { RolloutEntry } from '../../../shared/rollout.ts';
import { dateTimeSaid } from './numbers-said.ts';
import type { Tone } from './tone.ts';

export type RolloutSaid = { readonly tone: Tone; readonly word: string; readonly sentence: string };

/** `entry` is missing where the rollout does not list the release. */
export function rolloutSaid(entry: RolloutEntry | undefined, nowMs: number): RolloutSaid {
  if (entry === undefined) {
    return {
      tone: 'plain',
      word: 'not rolled out',
      sentence: 'It is published, and offered to no device yet.',
    };
  }
  const { state, why, percentage, channel, startsAt } = entry;
  if (state === 'halted') {
    return { tone: 'unsure', word: 'halted', sentence: `It is halted and offered to no device: ${why}` };
  }
  if (state === 'recalled') {
    return { tone: 'bad', word: 'recalled', sentence: `It was recalled for good: ${why}` };
  }
  const whom = channel === 'beta' ? 'devices of the beta channel' : 'devices';
  if (nowMs < Date.parse(startsAt)) {
    const sentence = `From ${dateTimeSaid(startsAt)} it is offered to ${percentage} % of ${whom}.`;
    return { tone: 'plain', word: 'not begun', sentence };
  }
  const word = percentage === 100 ? 'for all' : `${percentage} %`;
  const tone = percentage === 0 ? 'plain' : 'good';
  return {
    tone,
    word: channel === 'beta' ? `${word}, beta` : word,
    sentence: `It is offered to ${percentage === 100 ? 'all' : `${percentage} % of`} ${whom}.`,
  };
}
