/** What operators do, with a bearer token. */
import * as z from 'zod';
import {
  auditListSchema,
  chunkQuerySchema,
  missingChunksSchema,
  reportListSchema,
  tokenListSchema,
  tokenRequestSchema,
  tokenSchema,
} from '../../shared/operator-api.ts';
import { rolloutSchema } from '../../shared/rollout.ts';
import { auditQuerySchema } from '../operator/get-audit.ts';
import { reportsQuerySchema } from '../operator/reports-query.ts';
import {
  CHUNK,
  CHUNK_ID,
  FIRST_ROLLOUT_ETAG,
  MISSING_CHUNK_ID,
  MODEL,
  MODEL_ID,
  REPORT,
  TARGET,
  TOKEN_ID,
  WANTED,
} from './example-values.ts';
import type { Operation } from './operation.ts';

const operator = { security: ['operator'], tag: 'operator' } as const;
const stored = z.strictObject({ name: z.string(), stored: z.boolean() });
const puts = { answers: { 201: 'Stored.', 200: 'The same bytes were there.' }, answer: stored };

/** The answer of a PUT of what is stored already. */
function sameAs(name: string) {
  return { status: 200, body: { name, stored: false } };
}

export const operatorOperations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/operator/root/{file}': {
    put: {
      says: 'A signed root.',
      ...operator,
      ...puts,
      bodyBytes: 'application/json',
      example: {
        path: { file: '1.root.json' },
        bodyAt: `/v1/models/${MODEL_ID}/metadata/1.root.json`,
        answer: sameAs('1.root.json'),
      },
    },
  },
  '/v1/operator/chunks/missing': {
    post: {
      says: 'Which of these chunks are not stored.',
      ...operator,
      body: chunkQuerySchema,
      answer: missingChunksSchema,
      example: {
        body: { ids: [CHUNK_ID, MISSING_CHUNK_ID] },
        answer: { status: 200, body: { missing: [MISSING_CHUNK_ID] } },
      },
    },
  },
  '/v1/operator/chunks/{prefix}/{file}': {
    put: {
      says: 'One chunk.',
      ...operator,
      ...puts,
      bodyBytes: 'application/octet-stream',
      example: {
        path: CHUNK,
        bodyAt: `/v1/chunks/${CHUNK.prefix}/${CHUNK.file}`,
        answer: sameAs(CHUNK.file),
      },
    },
  },
  '/v1/operator/models/{vendor}/{model}/targets/{path}': {
    put: {
      says: 'One target, at its consistent path.',
      ...operator,
      ...puts,
      bodyBytes: 'application/octet-stream',
      example: {
        path: TARGET,
        bodyAt: `/v1/models/${MODEL_ID}/targets/${TARGET.path}`,
        answer: sameAs(TARGET.path),
      },
    },
  },
  '/v1/operator/models/{vendor}/{model}/metadata/{file}': {
    put: {
      says: '`{n}.targets.json`, signed offline: makes releases visible.',
      ...operator,
      ...puts,
      bodyBytes: 'application/json',
      example: {
        path: { ...MODEL, file: '1.targets.json' },
        bodyAt: `/v1/models/${MODEL_ID}/metadata/1.targets.json`,
        answer: sameAs('1.targets.json'),
      },
    },
  },
  '/v1/operator/models/{vendor}/{model}/rollout': {
    put: {
      says: 'The rollout; the Worker signs it. It is replaced whole.',
      ...operator,
      ...puts,
      headers: [
        {
          name: 'If-Match',
          says: 'ETag of the document that was read: 412 where another is in force by now.',
          example: FIRST_ROLLOUT_ETAG,
        },
      ],
      body: rolloutSchema,
      example: {
        path: MODEL,
        body: {
          format: 'cistern-rollout/1',
          model: MODEL_ID,
          releases: [
            {
              version: WANTED,
              channel: 'stable',
              percentage: 5,
              startsAt: '2026-11-24T08:00:00Z',
              state: 'running',
              why: '',
            },
          ],
        },
        answer: { status: 201, body: { name: 'rollout', stored: true } },
      },
    },
  },
  '/v1/operator/reports': {
    get: {
      says: 'Reports, newest first; all of them as NDJSON for `Accept: application/x-ndjson`.',
      ...operator,
      query: reportsQuerySchema,
      answer: reportListSchema,
      line: reportListSchema.shape.reports.element,
      example: {
        query: {
          model: MODEL_ID,
          since: '2026-11-01T00:00:00Z',
          until: '2026-12-01T00:00:00Z',
          before: `2026-11-24T00:00:00.000Z_${REPORT.id}`,
          limit: '10',
        },
      },
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
      example: {
        body: {
          id: TOKEN_ID,
          name: 'monitoring',
          scopes: ['read'],
          expiresAt: '2027-06-30T00:00:00Z',
          sha256: 'cd'.repeat(32),
          replaces: null,
        },
      },
    },
  },
  '/v1/operator/tokens/{id}': {
    delete: {
      says: 'Revokes a token; root token only.',
      ...operator,
      answer: tokenSchema,
      example: { path: { id: TOKEN_ID } },
    },
  },
  '/v1/operator/audit': {
    get: {
      says: 'Who did what, newest first.',
      ...operator,
      query: auditQuerySchema,
      answer: auditListSchema,
      example: { query: { before: '1000', target: MODEL_ID, limit: '10' } },
    },
  },
};
