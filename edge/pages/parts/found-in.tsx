/** The routers that such modems were found in: an entry of a list of facts. */

export function FoundIn({ routers }: { readonly routers: readonly string[] }) {
  if (routers.length === 0) return null;
  return (
    <>
      <dt>Found in</dt>
      <dd>{routers.join(', ')}</dd>
    </>
  );
}
