/** A word in the colour of what it says. */
import type { Tone } from './tone.ts';

export function Tag({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return <span class={`tag ${tone}`}>{word}</span>;
}
