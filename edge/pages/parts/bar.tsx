/** A share as a bar; what it shows is always said in words beside it. */
type Part = { readonly share: number; readonly kind?: 'failed' };

export function Bar({ parts }: { readonly parts: readonly Part[] }) {
  let from = 0;
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" x="0" y="0" width="100" height="4" />
      {parts.map(({ share, kind }) => {
        const x = from;
        from += share * 100;
        return (
          <rect
            class={kind === undefined ? 'part' : `part ${kind}`}
            x={x}
            y="0"
            width={share * 100}
            height="4"
          />
        );
      })}
    </svg>
  );
}
