/** Sentences, each with who says so. */
export type Said = { readonly says: string; readonly source: string };

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
