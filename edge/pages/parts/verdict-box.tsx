/** The one thing to read first, in the colour and with the shape of what it says. */
import type { PropsWithChildren } from 'hono/jsx';
import type { Tone } from './tone.ts';
import { ToneIcon } from './tone-icon.tsx';

export function VerdictBox({ tone, title, children }: PropsWithChildren<{ tone: Tone; title: string }>) {
  return (
    <div class={`verdict ${tone}`}>
      <ToneIcon tone={tone} />
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </div>
  );
}
