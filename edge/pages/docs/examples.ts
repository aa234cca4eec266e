/** What curl examples say for the parameters of the API; `test/edge/pages.test.ts` runs those that anybody may run. */

/** Of the demonstration's model and releases, so that a repository that has it answers every one of them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  vendor: 'quectel',
  model: 'ec25euga-m4g',
  version: 'EC25EUGAR08A03M4G_01.200.01.200',
  installed: 'EC25EUGAR06A05M4G_01.003.01.003',
  wanted: 'EC25EUGAR08A03M4G_01.200.01.200',
  root: '1',
  timestamp: '0',
  limit: '10',
  code: 'rate-limited',
};

/** By path and parameter, where one name means different things. */
const OF_PATH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/v1/models/{vendor}/{model}/metadata/{file}': { file: 'timestamp.json' },
  '/v1/operator/root/{file}': { file: '2.root.json' },
  '/v1/operator/models/{vendor}/{model}/metadata/{file}': { file: '2.targets.json' },
};

/** What stands for the body; `@FILE` where it is bytes that are made by a tool. */
const BODIES: Readonly<Record<string, string>> = {
  '/v1/compatibility': `{"questions":[{"installed":"${PARAMETERS.installed}"}]}`,
  '/v1/diagnosis': '@LOG',
};

type Operation = {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly security?: readonly unknown[];
};

/** The path with its parameters filled in, as far as they have an example; `{file}` stays where there is none. */
export function examplePath(path: string, { parameters = [] }: Operation): string {
  const exampleOf = (name: string) => OF_PATH[path]?.[name] ?? PARAMETERS[name];
  const filled = path.replace(/\{(\w+)\}/g, (whole, name: string) => exampleOf(name) ?? whole);
  const query = parameters
    .filter(({ in: place, required = false }) => place === 'query' && required)
    .flatMap(({ name }) => {
      const value = exampleOf(name);
      return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
    });
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

export function curlExample(origin: string, method: string, path: string, operation: Operation): string {
  const type = Object.keys(operation.requestBody?.content ?? {})[0];
  const parts = [
    'curl',
    method === 'get' ? null : `-X ${method.toUpperCase()}`,
    operation.security === undefined ? null : '-H "Authorization: Bearer $TOKEN"',
    type === undefined ? null : `-H 'Content-Type: ${type}' --data-binary ${bodyOf(path)}`,
    `"${origin}${examplePath(path, operation)}"`,
  ];
  return parts.filter((part) => part !== null).join(' ');
}

function bodyOf(path: string): string {
  const body = BODIES[path] ?? '@FILE';
  return body.startsWith('@') ? body : `'${body}'`;
}
