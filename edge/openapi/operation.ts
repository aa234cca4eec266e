/** One operation as OpenAPI writes it. */
import * as z from 'zod';

export type Operation = {
  readonly says: string;
  readonly tag: string;
  readonly isOperator?: true;
  readonly query?: z.ZodObject;
  /** A JSON body, or bytes of a type. */
  readonly body?: z.ZodType;
  readonly bodyBytes?: string;
  /** A JSON answer, or bytes of a type. */
  readonly answer?: z.ZodType;
  readonly bytes?: string;
  /** Successful statuses and what they mean; 200 by default. */
  readonly answers?: Readonly<Record<number, string>>;
};

export function operation(path: string, method: string, described: Operation): object {
  const hasBody = described.body !== undefined || described.bodyBytes !== undefined;
  return {
    operationId: `${method} ${path}`.replace(/[^A-Za-z]+/g, '-').replace(/-$/, ''),
    summary: described.says,
    tags: [described.tag],
    ...(described.isOperator === undefined ? {} : { security: [{ operator: [] }] }),
    parameters: [...pathParameters(path), ...queryParameters(described.query)],
    ...(hasBody
      ? { requestBody: { required: true, content: content(described.body, described.bodyBytes) } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(described.answers ?? { 200: 'OK' }).map(([status, description]) => [
          status,
          { description, content: content(described.answer, described.bytes) },
        ]),
      ),
      ...(described.bytes === undefined || path === '/openapi.json' ? {} : rangeAnswers(path)),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function content(schema: z.ZodType | undefined, bytes: string | undefined): object {
  if (schema === undefined) return { [bytes ?? 'application/octet-stream']: {} };
  return { 'application/json': { schema: jsonSchema(schema) } };
}

/** As requests may write it; what a schema adds or turns into numbers is its own affair. */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const field = schema as z.ZodType;
    return { name, in: 'query', required: !field.safeParse(undefined).success, schema: jsonSchema(field) };
  });
}

function rangeAnswers(path: string): object {
  if (!path.startsWith('/v1/')) return {};
  return {
    206: { description: 'The range that was asked for (RFC 9110 section 15.3.7).' },
    304: { description: 'You have it.' },
  };
}
