/** A small drawing in lines of the text's colour; it says nothing that the text beside it does not say. */
import type { Child } from 'hono/jsx';

export function Drawing({ children }: { readonly children: Child }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}
