/** What anybody may ask, and what devices send. */
import * as z from 'zod';
import { diagnosisSchema } from '../../shared/diagnosis/diagnosis.ts';
import { SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { reportSchema } from '../../shared/telemetry.ts';
import { answerSchema, batchAnswerSchema } from '../compatibility/answer.ts';
import { batchSchema, questionSchema } from '../compatibility/question.ts';
import { pollQuerySchema } from '../metadata/poll-query.ts';
import { modelsAnswerSchema, modelsQuerySchema } from '../models/answer-models.ts';
import { modelRowSchema } from '../store/model-rows.ts';
import { CHUNK, INSTALLED, MODEL, REPORT, REPORT_SIGNATURE, TARGET, WANTED } from './example-values.ts';
import type { Operation } from './operation.ts';

const received = z.strictObject({ id: z.uuid() });

export const publicOperations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/models': {
    get: {
      says: 'The catalogue, in pages.',
      tag: 'catalogue',
      query: modelsQuerySchema,
      answer: modelsAnswerSchema,
      example: { query: { after: 'quectel/ec25efa-m4g', limit: '10' } },
    },
  },
  '/v1/models/{vendor}/{model}': {
    get: {
      says: 'One model: releases, rules, known issues, sources.',
      tag: 'catalogue',
      answer: modelRowSchema,
      example: { path: MODEL },
    },
  },
  '/v1/models/{vendor}/{model}/metadata/{file}': {
    get: {
      says: 'TUF metadata: `timestamp.json`, `{n}.{role}.json`.',
      tag: 'repository',
      isStored: true,
      bytes: ['application/json'],
      example: { path: { ...MODEL, file: 'timestamp.json' } },
    },
  },
  '/v1/models/{vendor}/{model}/targets/{path}': {
    get: {
      says: 'A target at its consistent path; `path` begins with the model id and has slashes.',
      tag: 'repository',
      isStored: true,
      bytes: ['application/json', 'application/octet-stream'],
      example: { path: TARGET },
    },
  },
  '/v1/models/{vendor}/{model}/poll': {
    get: {
      says: 'All the metadata a device lacks, in one answer.',
      tag: 'repository',
      query: pollQuerySchema,
      answer: pollAnswerSchema,
      example: { path: MODEL, query: { root: '1', timestamp: '0' } },
    },
  },
  '/v1/chunks/{prefix}/{file}': {
    get: {
      says: 'A chunk of the casync store: `{id[0:4]}/{id}.cacnk`.',
      tag: 'repository',
      isStored: true,
      bytes: ['application/octet-stream'],
      example: { path: CHUNK },
    },
  },
  '/v1/compatibility': {
    get: {
      says: 'Does this firmware fit this modem?',
      tag: 'questions',
      query: questionSchema,
      answer: answerSchema,
      example: { query: { installed: INSTALLED, wanted: WANTED, vendor: MODEL.vendor } },
    },
    post: {
      says: 'The same for a batch.',
      tag: 'questions',
      body: batchSchema,
      answer: batchAnswerSchema,
      example: { body: { questions: [{ installed: INSTALLED }, { installed: INSTALLED, wanted: WANTED }] } },
    },
  },
  '/v1/diagnosis': {
    post: {
      says: 'What the log of a flasher shows: findings, flash, modem, what to do. Nothing is stored.',
      tag: 'questions',
      bodyBytes: 'text/plain',
      answer: diagnosisSchema,
      example: { body: '[ERROR] firmware directory is empty. Mount failed? Exiting...' },
    },
  },
  '/v1/telemetry': {
    post: {
      says: 'One report, signed by the device (RFC 9421, RFC 9530).',
      note: `The updater signs with the key of its device; by hand it is not worth the trouble. Method, path, Content-Type and Content-Digest are signed, by the key whose SHA-256 is \`deviceId\`, and a signature is good for ${SIGNATURE_CLOCK_SKEW_SECONDS / 3600} hours around its \`created\`: the one shown here was, on 2026-11-23, with the test key of RFC 9421 appendix B.1.4.`,
      tag: 'telemetry',
      security: [null, 'fleet'],
      headers: [
        {
          name: 'Content-Digest',
          says: 'SHA-256 of the body (RFC 9530).',
          isRequired: true,
          example: REPORT_SIGNATURE['Content-Digest'],
        },
        {
          name: 'Signature-Input',
          says: 'What is signed, when and by which device (RFC 9421 section 4.1).',
          isRequired: true,
          example: REPORT_SIGNATURE['Signature-Input'],
        },
        {
          name: 'Signature',
          says: 'Ed25519 (RFC 9421 section 4.2).',
          isRequired: true,
          example: REPORT_SIGNATURE.Signature,
        },
      ],
      body: reportSchema,
      answer: received,
      answers: { 202: 'Taken, and written later; the same report again is the same report.' },
      example: { body: REPORT, answer: { status: 202, body: { id: REPORT.id } } },
    },
  },
};
