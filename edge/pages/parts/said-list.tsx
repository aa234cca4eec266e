/** Sentences, each with who says so. */
import type { Said } from './said.ts';

export function SaidList({ said }: { readonly said: readonly Said[] }) {
  return (
    <ul class="said">
      {said.map(({ says, source }) => (
        <li>
          <p>{says}</p>
          <p class="source">Source: {source}</p>
        </li>
      ))}
    </ul>
  );
}
