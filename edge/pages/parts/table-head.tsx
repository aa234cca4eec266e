/** The head of a table: a heading a column; numbers stand to the right. */

type Heading = string | { readonly name: string; readonly kind: 'number' | 'unseen' };

export function TableHead({ columns }: { readonly columns: readonly Heading[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const { name, kind } = typeof column === 'string' ? { name: column, kind: null } : column;
          return (
            <th scope="col" class={kind === 'number' ? 'number' : undefined}>
              {kind === 'unseen' ? <span class="unseen">{name}</span> : name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** A column of numbers. */
export function number(name: string): Heading {
  return { name, kind: 'number' };
}
