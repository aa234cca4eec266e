/** A request as a line for curl; over several lines where it is long. */
import type { ExampleRequest } from './example-request.ts';

const LINE_MAX_CHARS = 160;

export function curlExample(origin: string, request: ExampleRequest): string {
  const { method, pathAndQuery, headers, body, isOperator } = request;
  const parts = [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    ...(isOperator ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-binary ${bodyArgument(body)}`]),
    quoted(`${origin}${pathAndQuery}`),
  ];
  const line = parts.join(' ');
  const isShort = line.length <= LINE_MAX_CHARS || parts.length === 2;
  return isShort ? line : parts.join(' \\\n  ');
}

/** A file is called what the end of its path is. */
function bodyArgument(body: NonNullable<ExampleRequest['body']>): string {
  if (body.kind === 'text') return quoted(body.text);
  return quoted(`@${body.servedAt.slice(body.servedAt.lastIndexOf('/') + 1)}`);
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
