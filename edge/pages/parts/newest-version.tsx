/** The newest release of a model in a table, with the way to it. */

type Props = { readonly version: string | null; readonly pathOf: (version: string) => string };

export function NewestVersion({ version, pathOf }: Props) {
  return (
    <td data-is="Newest:">
      {version === null ? (
        <span class="soft">none yet</span>
      ) : (
        <a class="version" href={pathOf(version)}>
          {version}
        </a>
      )}
    </td>
  );
}
