/** The request that an operation's examples make. `/docs` shows it, and `test/edge/openapi.test.ts` sends it. */
import type { Described, Parameter } from './described.ts';

export type ExampleRequest = {
  readonly method: string;
  readonly pathAndQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A file is one that is served at this path once it is stored. */
  readonly body:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly servedAt: string }
    | null;
  readonly isOperator: boolean;
};

/** With what is required; of what is optional with the header fields of a write, and what `with` names. */
export function exampleRequest(
  { path, method, operation }: Described,
  options: { readonly with?: string } = {},
): ExampleRequest {
  const isSent = (parameter: Parameter) =>
    parameter.required || parameter.name === options.with || (parameter.in === 'header' && method !== 'get');
  const sent = operation.parameters.filter(isSent);
  const query = sent
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, example }) => `${name}=${encodeURIComponent(example)}`);
  const fields = sent.filter((parameter) => parameter.in === 'header');
  const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  return {
    method: method.toUpperCase(),
    pathAndQuery: [filledPath(path, sent), ...(query.length === 0 ? [] : [query.join('&')])].join('?'),
    headers: {
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...Object.fromEntries(fields.map(({ name, example }) => [name, example])),
    },
    body: body === undefined ? null : bodyOf(body),
    isOperator: operation.security?.some((scheme) => 'operator' in scheme) ?? false,
  };
}

function filledPath(path: string, parameters: readonly Parameter[]): string {
  return parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((filled, { name, example }) => filled.replace(`{${name}}`, example), path);
}

type Body = NonNullable<Described['operation']['requestBody']>['content'][string];

/** JSON goes out as a signature over it is made: without white space. */
function bodyOf({ example, examples }: Body): ExampleRequest['body'] {
  if (examples !== undefined) return { kind: 'file', servedAt: examples.file.externalValue };
  return { kind: 'text', text: typeof example === 'string' ? example : JSON.stringify(example) };
}
