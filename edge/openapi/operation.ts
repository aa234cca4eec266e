/** One operation: how this room describes it, and how OpenAPI writes it. */
import * as z from 'zod';
import { exampleContent, type OperationExample } from './operation-example.ts';
import { type HeaderParameter, parametersOf, STORED_HEADERS } from './parameters.ts';

export type Operation = {
  readonly says: string;
  /** What does not fit into a line. */
  readonly note?: string;
  readonly tag: string;
  /** Security schemes, one of which is needed; none where anybody may ask. `null` among them: or none. */
  readonly security?: readonly (SecurityScheme | null)[];
  /** Bytes that are stored: ranges and conditions work on them. */
  readonly isStored?: true;
  readonly query?: z.ZodObject;
  /** Fields that HTTP itself does not bring along. */
  readonly headers?: readonly HeaderParameter[];
  /** A JSON body, or bytes of a type. */
  readonly body?: z.ZodType;
  readonly bodyBytes?: string;
  /** A JSON answer, or bytes of one of these types. */
  readonly answer?: z.ZodType;
  readonly bytes?: readonly string[];
  /** The same answer as NDJSON, for who accepts that: the schema of a line. */
  readonly line?: z.ZodType;
  /** Successful statuses and what they mean; 200 by default. */
  readonly answers?: Readonly<Record<number, string>>;
  readonly example?: OperationExample;
};

export type SecurityScheme = 'operator' | 'fleet';

export const NDJSON = 'application/x-ndjson';

/** Throws where a parameter has no example. */
export function operation(path: string, method: string, described: Operation): object {
  return {
    operationId: `${method} ${path}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
    summary: described.says,
    ...(described.note === undefined ? {} : { description: described.note }),
    tags: [described.tag],
    ...(described.security === undefined ? {} : { security: described.security.map(requirement) }),
    parameters: parametersOf(path, {
      query: described.query,
      headers: described.isStored === true ? STORED_HEADERS : described.headers,
      example: described.example,
    }),
    ...requestBody(described),
    responses: {
      ...successes(described),
      ...(described.isStored === true ? storedAnswers(described) : {}),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function requirement(scheme: SecurityScheme | null): object {
  return scheme === null ? {} : { [scheme]: [] };
}

function requestBody({ body, bodyBytes, example }: Operation): object {
  if (body === undefined && bodyBytes === undefined) return {};
  const type = bodyBytes ?? 'application/json';
  const schema = body === undefined ? {} : { schema: jsonSchema(body) };
  return {
    requestBody: { required: true, content: { [type]: { ...schema, ...exampleContent(example) } } },
  };
}

function successes(described: Operation): object {
  const answers = Object.entries(described.answers ?? { 200: 'OK' });
  return Object.fromEntries(
    answers.map(([status, description]) => [
      status,
      { description, content: answerContent(described, Number(status)) },
    ]),
  );
}

function answerContent({ answer, bytes, line, example }: Operation, status: number): object {
  if (answer === undefined) return Object.fromEntries((bytes ?? []).map((type) => [type, {}]));
  const answered = example?.answer;
  return {
    'application/json': {
      schema: jsonSchema(answer),
      ...(answered?.status === status ? { example: answered.body } : {}),
    },
    ...(line === undefined ? {} : { [NDJSON]: { schema: linesSchema(line) } }),
  };
}

/** OpenAPI 3.1 knows no schema of items in a stream: the text is a string, and what a line holds is said. */
function linesSchema(line: z.ZodType): object {
  return {
    type: 'string',
    description: 'A JSON document a line.',
    contentMediaType: NDJSON,
    contentSchema: jsonSchema(line),
  };
}

/** As requests may write it; what a schema adds or turns into numbers is its own affair. */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function storedAnswers(described: Operation): object {
  return {
    206: {
      description: 'The range that was asked for (RFC 9110 section 15.3.7).',
      content: answerContent(described, 206),
    },
    304: { description: 'You have it.' },
  };
}
