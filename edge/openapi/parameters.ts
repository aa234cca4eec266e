/** Parameters of an operation, of the path, the query and the header, each with an example. */
import * as z from 'zod';
import { OTHER_ETAG } from './example-values.ts';
import type { OperationExample } from './operation-example.ts';

export type HeaderParameter = {
  readonly name: string;
  readonly says: string;
  readonly isRequired?: true;
  readonly example: string;
};

/** Of everything that is stored (RFC 9110 sections 13 and 14). */
export const STORED_HEADERS: readonly HeaderParameter[] = [
  { name: 'Range', says: 'One range of bytes; several get the whole.', example: 'bytes=0-99' },
  { name: 'If-Range', says: 'The ETag that Range is about; of another, the whole.', example: OTHER_ETAG },
  { name: 'If-None-Match', says: 'ETags you have: 304 where it is one of them.', example: OTHER_ETAG },
  {
    name: 'If-Modified-Since',
    says: 'Where you have no ETag.',
    example: 'Sun, 01 Feb 2026 00:00:00 GMT',
  },
];

export function parametersOf(
  path: string,
  given: {
    readonly query: z.ZodObject | undefined;
    readonly headers: readonly HeaderParameter[] | undefined;
    readonly example: OperationExample | undefined;
  },
): object[] {
  const { query, headers = [], example } = given;
  return [
    ...pathParameters(path, example?.path ?? {}),
    ...queryParameters(path, query, example?.query ?? {}),
    ...headers.map(headerParameter),
  ];
}

function pathParameters(path: string, examples: Readonly<Record<string, string>>): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    example: exampleOf(path, name, examples),
  }));
}

function queryParameters(
  path: string,
  query: z.ZodObject | undefined,
  examples: Readonly<Record<string, string>>,
): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const field = schema as z.ZodType;
    const { $schema: _, ...described } = z.toJSONSchema(field, { io: 'input' });
    return {
      name,
      in: 'query',
      required: !field.safeParse(undefined).success,
      schema: described,
      example: exampleOf(path, name, examples),
    };
  });
}

function headerParameter({ name, says, isRequired, example }: HeaderParameter): object {
  const required = isRequired === true;
  return { name, in: 'header', description: says, required, schema: { type: 'string' }, example };
}

function exampleOf(path: string, name: string, examples: Readonly<Record<string, string>>): string {
  const example = examples[name];
  if (example === undefined) throw new Error(`${path} has no example of ${name}`);
  return example;
}
