/** Every operation by path and method, in the order of the route table. */
import { healthSchema } from '../health-schema.ts';
import type { Operation } from './operation.ts';
import { operatorOperations } from './operator-operations.ts';
import { publicOperations } from './public-operations.ts';

export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  ...publicOperations,
  ...operatorOperations,
  '/metrics': {
    get: {
      says: 'Figures for monitoring, as OpenMetrics.',
      security: ['operator'],
      tag: 'service',
      bytes: ['application/openmetrics-text'],
    },
  },
  '/openapi.json': { get: { says: 'This document.', tag: 'service', bytes: ['application/json'] } },
  '/healthz': {
    get: { says: 'What was looked at, and what was found.', tag: 'service', answer: healthSchema },
  },
  '/problems/{code}': {
    get: {
      says: 'What a problem means; as a page for browsers.',
      tag: 'service',
      bytes: ['text/plain', 'text/html'],
      example: { path: { code: 'rate-limited' } },
    },
  },
};
