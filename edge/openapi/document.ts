/**
 * The OpenAPI 3.1 description of the edge, made from the same zod schemas that judge requests. `build.ts` writes it
 * to `openapi.json`; a test fails while that file is not current, and another sends every example in it.
 */
import * as z from 'zod';
import { problemSchema } from '../../shared/problem.ts';
import { problemTable } from '../http/problem-table.ts';
import { operation } from './operation.ts';
import { operations } from './operations.ts';
import { headersNamed, RATE_HEADERS } from './rate-headers.ts';

export function openapiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cistern',
      version: '1',
      summary: 'Signed modem firmware, and whether it fits.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, described]) => [method, operation(path, method, described)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: {
        operator: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of an operator, or the root token.',
        },
        fleet: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The fleet token of a device, where the repository takes reports of its own fleet only.',
        },
      },
      schemas: { Problem: z.toJSONSchema(problemSchema) },
      headers: RATE_HEADERS,
      responses: {
        Problem: {
          description: `A problem (RFC 9457); code is one of ${Object.keys(problemTable).join(', ')}.`,
          headers: headersNamed('RateLimit-Policy', 'RateLimit', 'Retry-After'),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}
