/** The API, by what it is for: each operation with its parameters, its answers, and a line for curl. */
import { curlExample } from './curl-example.ts';
import type { Described, Parameter } from './described.ts';
import { exampleRequest } from './example-request.ts';

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

function OperationView({ origin, ...described }: Described & { readonly origin: string }) {
  const { path, method, operation } = described;
  const answers = Object.entries(operation.responses).filter(([status]) => status !== 'default');
  const parameters = (place: Parameter['in']) => operation.parameters.filter(({ in: at }) => at === place);
  return (
    <article class="card" id={operation.operationId}>
      <h3 class="operation">
        <span class="method">{method.toUpperCase()}</span> <code>{path}</code>
      </h3>
      <p>{withCode(operation.summary)}</p>
      {operation.description === undefined ? null : <p class="text">{withCode(operation.description)}</p>}
      <ParameterList title="Query" parameters={parameters('query')} />
      <ParameterList title="Header fields" parameters={parameters('header')} />
      <pre>{curlExample(origin, exampleRequest(described))}</pre>
      <p class="small soft">
        {answers.map(([status, { description = '' }]) => `${status} ${description}`).join(' · ')}
      </p>
      <AnswerExample responses={operation.responses} />
    </article>
  );
}

function ParameterList({
  title,
  parameters,
}: {
  readonly title: string;
  readonly parameters: readonly Parameter[];
}) {
  if (parameters.length === 0) return null;
  return (
    <p class="small">
      {title}:{' '}
      {parameters.map(({ name, required }, i) => (
        <>
          {i === 0 ? '' : ', '}
          <code>{name}</code>
          {required ? '' : ' (optional)'}
        </>
      ))}
    </p>
  );
}

/** What the request above is answered, where the description tells. */
function AnswerExample({ responses }: Pick<Described['operation'], 'responses'>) {
  const [answered] = Object.entries(responses).flatMap(([status, { content }]) => {
    const example = content?.['application/json']?.example;
    return example === undefined ? [] : [{ status, text: JSON.stringify(example) }];
  });
  if (answered === undefined) return null;
  return (
    <pre>
      {answered.status} {answered.text}
    </pre>
  );
}

/** What stands between backticks is code. */
function withCode(text: string) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part));
}
