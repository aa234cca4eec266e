/**
 * The OpenAPI 3.1 description of the edge, made from the same zod schemas that judge requests. `build.ts` writes it
 * to `openapi.json`; a test fails while that file is not current.
 */
import * as z from 'zod';
import { diagnosisSchema } from '../../shared/diagnosis/diagnosis.ts';
import {
  auditListSchema,
  chunkQuerySchema,
  missingChunksSchema,
  reportListSchema,
  tokenListSchema,
  tokenRequestSchema,
  tokenSchema,
} from '../../shared/operator-api.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { problemSchema } from '../../shared/problem.ts';
import { rolloutSchema } from '../../shared/rollout.ts';
import { reportSchema } from '../../shared/telemetry.ts';
import { answerSchema, batchAnswerSchema } from '../compatibility/answer.ts';
import { batchSchema, questionSchema } from '../compatibility/question.ts';
import { healthSchema } from '../health-schema.ts';
import { problemTable } from '../http/problem-table.ts';
import { pollQuerySchema } from '../metadata/poll-query.ts';
import { modelsAnswerSchema, modelsQuerySchema } from '../models/answer-models.ts';
import { auditQuerySchema } from '../operator/get-audit.ts';
import { reportsQuerySchema } from '../operator/reports-query.ts';
import { modelRowSchema } from '../store/model-rows.ts';
import { type Operation, operation } from './operation.ts';

const received = z.strictObject({ id: z.uuid() });
const stored = z.strictObject({ name: z.string(), stored: z.boolean() });
const puts = { 201: 'Stored.', 200: 'The same bytes were there.' };
const operator = { isOperator: true, tag: 'operator' } as const;

/** Every operation by path and method, in the order of the route table. */
const paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/models': {
    get: {
      says: 'The catalogue, in pages.',
      tag: 'catalogue',
      query: modelsQuerySchema,
      answer: modelsAnswerSchema,
    },
  },
  '/v1/models/{vendor}/{model}': {
    get: {
      says: 'One model: releases, rules, known issues, sources.',
      tag: 'catalogue',
      answer: modelRowSchema,
    },
  },
  '/v1/models/{vendor}/{model}/metadata/{file}': {
    get: {
      says: 'TUF metadata: `timestamp.json`, `{n}.{role}.json`.',
      tag: 'repository',
      bytes: 'application/json',
    },
  },
  '/v1/models/{vendor}/{model}/targets/{path}': {
    get: {
      says: 'A target at its consistent path; `path` begins with the model id and has slashes.',
      tag: 'repository',
      bytes: 'application/octet-stream',
    },
  },
  '/v1/models/{vendor}/{model}/poll': {
    get: {
      says: 'All the metadata a device lacks, in one answer.',
      tag: 'repository',
      query: pollQuerySchema,
      answer: pollAnswerSchema,
    },
  },
  '/v1/chunks/{prefix}/{file}': {
    get: {
      says: 'A chunk of the casync store: `{id[0:4]}/{id}.cacnk`.',
      tag: 'repository',
      bytes: 'application/octet-stream',
    },
  },
  '/v1/compatibility': {
    get: {
      says: 'Does this firmware fit this modem?',
      tag: 'questions',
      query: questionSchema,
      answer: answerSchema,
    },
    post: { says: 'The same for a batch.', tag: 'questions', body: batchSchema, answer: batchAnswerSchema },
  },
  '/v1/diagnosis': {
    post: {
      says: 'What the log of a flasher shows: findings, flash, modem, what to do. Nothing is stored.',
      tag: 'questions',
      bodyBytes: 'text/plain',
      answer: diagnosisSchema,
    },
  },
  '/v1/telemetry': {
    post: {
      says: 'One report, signed by the device (RFC 9421, RFC 9530).',
      tag: 'telemetry',
      body: reportSchema,
      answer: received,
      answers: { 202: 'Taken, and written later; the same report again is the same report.' },
    },
  },
  '/v1/operator/root/{file}': {
    put: {
      says: 'A signed root.',
      ...operator,
      bodyBytes: 'application/json',
      answer: stored,
      answers: puts,
    },
  },
  '/v1/operator/chunks/missing': {
    post: {
      says: 'Which of these chunks are not stored.',
      ...operator,
      body: chunkQuerySchema,
      answer: missingChunksSchema,
    },
  },
  '/v1/operator/chunks/{prefix}/{file}': {
    put: {
      says: 'One chunk.',
      ...operator,
      bodyBytes: 'application/octet-stream',
      answer: stored,
      answers: puts,
    },
  },
  '/v1/operator/models/{vendor}/{model}/targets/{path}': {
    put: {
      says: 'One target, at its consistent path.',
      ...operator,
      bodyBytes: 'application/octet-stream',
      answer: stored,
      answers: puts,
    },
  },
  '/v1/operator/models/{vendor}/{model}/metadata/{file}': {
    put: {
      says: '`{n}.targets.json`, signed offline: makes releases visible.',
      ...operator,
      bodyBytes: 'application/json',
      answer: stored,
      answers: puts,
    },
  },
  '/v1/operator/models/{vendor}/{model}/rollout': {
    put: {
      says: 'The rollout; the Worker signs it. With If-Match only over the document it names, by ETag.',
      ...operator,
      body: rolloutSchema,
      answer: stored,
      answers: puts,
    },
  },
  '/v1/operator/reports': {
    get: {
      says: 'Reports, newest first; all of them as NDJSON for `Accept: application/x-ndjson`.',
      ...operator,
      query: reportsQuerySchema,
      answer: reportListSchema,
    },
  },
  '/v1/operator/tokens': {
    get: { says: 'The tokens, newest first; root token only.', ...operator, answer: tokenListSchema },
    post: {
      says: 'A token whose secret stays with who made it: only its SHA-256 is sent. Root token only.',
      ...operator,
      body: tokenRequestSchema,
      answer: tokenSchema,
      answers: { 201: 'Made.', 200: 'The same was made before.' },
    },
  },
  '/v1/operator/tokens/{id}': {
    delete: { says: 'Revokes a token; root token only.', ...operator, answer: tokenSchema },
  },
  '/v1/operator/audit': {
    get: {
      says: 'Who did what, newest first.',
      ...operator,
      query: auditQuerySchema,
      answer: auditListSchema,
    },
  },
  '/metrics': {
    get: {
      says: 'Figures for monitoring, as OpenMetrics.',
      isOperator: true,
      tag: 'service',
      bytes: 'application/openmetrics-text',
    },
  },
  '/openapi.json': { get: { says: 'This document.', tag: 'service', bytes: 'application/json' } },
  '/healthz': {
    get: { says: 'What was looked at, and what was found.', tag: 'service', answer: healthSchema },
  },
  '/problems/{code}': { get: { says: 'What a problem means.', tag: 'service', bytes: 'text/plain' } },
};

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
      Object.entries(paths).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.entries(methods).map(([method, described]) => [method, operation(path, method, described)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { operator: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: z.toJSONSchema(problemSchema) },
      responses: {
        Problem: {
          description: `A problem (RFC 9457); code is one of ${Object.keys(problemTable).join(', ')}.`,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}
