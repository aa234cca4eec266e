/** What a colour says, said by shape too: a tick, a cross, a question mark, an i. */
import { Drawing } from './drawing.tsx';
import type { Tone } from './tone.ts';

const SHAPES: Readonly<Record<Tone, string>> = {
  good: 'M7.5 12.5l3 3 6-7',
  bad: 'M8.5 8.5l7 7M15.5 8.5l-7 7',
  unsure: 'M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.5v.01',
  plain: 'M12 8v.01M12 11.5v5',
};

export function ToneIcon({ tone }: { readonly tone: Tone }) {
  return (
    <Drawing>
      <circle cx="12" cy="12" r="10" />
      <path d={SHAPES[tone]} />
    </Drawing>
  );
}
