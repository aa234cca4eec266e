/** The example of an operation: what it is asked with, and what it answers. */

export type OperationExample = {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The body, JSON or text. */
  readonly body?: unknown;
  /** Where the body is served once it is stored, for bytes that a tool makes. */
  readonly bodyAt?: string;
  /** Where it is short and says something. */
  readonly answer?: { readonly status: number; readonly body: unknown };
};

/** As a media type object writes it; bytes stay where they are, by `externalValue`. */
export function exampleContent(example: OperationExample | undefined): object {
  if (example?.body !== undefined) return { example: example.body };
  if (example?.bodyAt === undefined) throw new Error('a body without an example');
  const summary = 'The file as it is served once it is stored.';
  return { examples: { file: { summary, externalValue: example.bodyAt } } };
}
