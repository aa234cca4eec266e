/** Whether a request would rather have HTML than what the API answers (RFC 9110 section 12.5.1). */

/** Only who names `text/html`, and no type of the API above it: `*` `/` `*` is a program. */
export function prefersHtml(accept: string | null): boolean {
  const html = weightOf(accept, ['text/html', 'application/xhtml+xml']);
  return html > 0 && html >= weightOf(accept, ['application/json', 'application/problem+json', 'text/plain']);
}

/** The heaviest of the types that are named; 0 where none is. */
function weightOf(accept: string | null, types: readonly string[]): number {
  const weights = (accept ?? '').split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (!types.includes(type)) return 0;
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return q === undefined ? 1 : Number(q) || 0;
  });
  return Math.max(0, ...weights);
}
