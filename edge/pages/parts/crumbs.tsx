/** The way up from a page. */
type Crumb = { readonly path: string; readonly name: string };

export function Crumbs({ way }: { readonly way: readonly Crumb[] }) {
  return (
    <nav class="crumbs" aria-label="Up">
      {way.map(({ path, name }) => (
        <>
          <a href={path}>{name}</a> <span aria-hidden="true">/</span>{' '}
        </>
      ))}
    </nav>
  );
}
