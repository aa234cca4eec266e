/** The operations as `openapi.json` describes them. */
import document from '../../openapi/openapi.json' with { type: 'json' };

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly example: string;
};

/** Of a JSON document, a text, or a file that is served at `externalValue` once it is stored. */
type BodyExample = {
  readonly example?: unknown;
  readonly examples?: { readonly file: { readonly externalValue: string } };
};

export type Described = {
  readonly path: string;
  readonly method: string;
  readonly operation: {
    readonly operationId: string;
    readonly summary: string;
    readonly description?: string;
    readonly tags: readonly string[];
    readonly parameters: readonly Parameter[];
    readonly requestBody?: { readonly content: Readonly<Record<string, BodyExample>> };
    readonly responses: Readonly<
      Record<
        string,
        {
          readonly description?: string;
          readonly content?: Readonly<Record<string, { readonly example?: unknown }>>;
        }
      >
    >;
    readonly security?: readonly Readonly<Record<string, unknown>>[];
  };
};

/** Every operation, in the order of the document. */
export function describedOperations(): readonly Described[] {
  const paths = document.paths as unknown as Readonly<
    Record<string, Readonly<Record<string, Described['operation']>>>
  >;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}
