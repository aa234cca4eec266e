/** The API, by what it is for: each operation with its parameters, its answers, and a line for curl. */
import { curlExample } from './examples.ts';

export type Described = {
  readonly path: string;
  readonly method: string;
  readonly operation: {
    readonly operationId: string;
    readonly summary: string;
    readonly tags: readonly string[];
    readonly parameters: readonly Parameter[];
    readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
    readonly responses: Readonly<Record<string, { readonly description?: string }>>;
    readonly security?: readonly unknown[];
  };
};

type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
};

/** Tags of the description in the order of need. */
const PARTS: readonly { readonly tag: string; readonly title: string; readonly about: string }[] = [
  { tag: 'questions', title: 'Questions', about: 'For support tools: does it fit, and what happened.' },
  { tag: 'catalogue', title: 'Catalogue', about: 'Models, releases, rules, known issues.' },
  {
    tag: 'repository',
    title: 'Repository',
    about:
      'What updaters read: TUF metadata and a casync chunk store. Ranges and conditions work on all of it.',
  },
  { tag: 'telemetry', title: 'Reports', about: 'What devices send, signed with their own key.' },
  { tag: 'operator', title: 'Operators', about: 'With a bearer token. Everything can be sent twice.' },
  { tag: 'service', title: 'Service', about: 'The service itself.' },
];

export function DocsPage({
  origin,
  operations,
}: {
  readonly origin: string;
  readonly operations: readonly Described[];
}) {
  return (
    <>
      <h1>The API</h1>
      <p class="lead">
        JSON over HTTP, described by <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). An answer that
        says no is a problem (RFC 9457), and its <code>type</code> leads to a page that says what to do.
      </p>
      {PARTS.map(({ tag, title, about }) => (
        <section>
          <h2 id={tag}>{title}</h2>
          <p class="text soft">{about}</p>
          {operations
            .filter(({ operation }) => operation.tags.includes(tag))
            .map((described) => (
              <OperationView origin={origin} {...described} />
            ))}
        </section>
      ))}
    </>
  );
}

function OperationView({ origin, path, method, operation }: Described & { readonly origin: string }) {
  const answers = Object.entries(operation.responses).filter(([status]) => status !== 'default');
  const query = operation.parameters.filter((parameter) => parameter.in === 'query');
  return (
    <article class="card" id={operation.operationId}>
      <h3 class="operation">
        <span class="method">{method.toUpperCase()}</span> <code>{path}</code>
      </h3>
      <p>{withCode(operation.summary)}</p>
      {query.length === 0 ? null : (
        <p class="small">
          Query:{' '}
          {query.map(({ name, required }, i) => (
            <>
              {i === 0 ? '' : ', '}
              <code>{name}</code>
              {required === true ? '' : ' (optional)'}
            </>
          ))}
        </p>
      )}
      <pre>{curlExample(origin, method, path, operation)}</pre>
      <p class="small soft">
        {answers.map(([status, { description = '' }]) => `${status} ${description}`).join(' · ')}
      </p>
    </article>
  );
}

/** What stands between backticks is code. */
function withCode(text: string) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part));
}
