/** The route table: every resource of the edge, what guards it and who answers. */
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { type ModelId, parseModelId } from '../shared/model.ts';
import type { Bindings } from './bindings.ts';
import { serveChunk } from './chunks/serve-chunk.ts';
import { getCompatibility, postCompatibility } from './compatibility/handlers.ts';
import { postDiagnosis } from './diagnosis/post-diagnosis.ts';
import { answerHealth } from './health.ts';
import { observeRequests } from './http/observe.ts';
import { problemResponse } from './http/problem.ts';
import { rateLimited } from './http/rate-limit.ts';
import { notFound, type PathParameters, resource } from './http/resource.ts';
import { sampledRateLimit } from './http/sampled-rate-limit.ts';
import { getPoll } from './metadata/get-poll.ts';
import type { OnlineSigners } from './metadata/online-signers.ts';
import { metadataRepository } from './metadata/repository.ts';
import { serveMetadata } from './metadata/serve-metadata.ts';
import { serveTarget } from './metadata/serve-target.ts';
import { getMetrics } from './metrics/get-metrics.ts';
import { getModel, getModels } from './models/handlers.ts';
import { serveOpenapi } from './openapi/serve-openapi.ts';
import type { Access } from './operator/access.ts';
import { getAudit } from './operator/get-audit.ts';
import { getReports } from './operator/get-reports.ts';
import * as operator from './operator/handlers.ts';
import { type OperatorGate, operatorResource } from './operator/operator-resource.ts';
import { deleteToken, getTokens, postToken } from './operator/tokens.ts';
import { writeAudit } from './operator/write-audit.ts';
import { problemsAsPages } from './pages/problems/problems-as-pages.tsx';
import { addPages } from './pages/routes.ts';
import type { ObjectStore } from './store/object-store.ts';
import { postReport } from './telemetry/post-report.ts';

export type EdgeDeps = Omit<Bindings, 'onlineKeys' | 'access' | 'firmware'> & {
  readonly firmware: ObjectStore;
  readonly access: Access | null;
  readonly signers: OnlineSigners;
  readonly nowMs: () => number;
  /** From 0 (inclusive) to 1 (exclusive): which requests the rate limit counts. */
  readonly random: () => number;
};

export function createApp(deps: EdgeDeps): Hono {
  const app = new Hono();
  app.use(observeRequests(deps));
  // Our own forms say where they come from (the fleet's ask for it); nobody else hears.
  const referrerPolicy = 'same-origin';
  app.use(secureHeaders({ crossOriginResourcePolicy: false, xXssProtection: false, referrerPolicy }));
  app.use(problemsAsPages);
  app.notFound(notFound);
  app.onError(failed);

  const bucket = deps.firmware;
  const repository = metadataRepository(deps);
  const stores = { repository, db: deps.db };
  const reads = [sampledRateLimit(deps.rates.reads, deps)];
  const questions = [rateLimited(deps.rates.questions, 'questions')];
  const gate: OperatorGate = { ...deps, audit: (entries) => writeAudit(deps, entries) };

  resource(app, '/v1/models', reads, { GET: (request) => getModels(deps.db, request) });
  resource(app, '/v1/models/:vendor/:model', reads, { GET: ofModel((model) => getModel(deps.db, model)) });
  resource(app, '/v1/models/:vendor/:model/metadata/:file', reads, {
    GET: ofModel((model, request, param) => serveMetadata(repository, model, param('file'), request)),
  });
  resource(app, '/v1/models/:vendor/:model/targets/:path{.+}', reads, {
    GET: ofModel((model, request, param) => serveTarget(bucket, model, param('path'), request)),
  });
  resource(app, '/v1/models/:vendor/:model/poll', reads, {
    GET: ofModel((model, request) => getPoll(repository, model, request)),
  });
  resource(app, '/v1/chunks/:prefix/:file', reads, {
    GET: (request, param) => serveChunk(bucket, request, { prefix: param('prefix'), file: param('file') }),
  });
  resource(app, '/v1/compatibility', questions, {
    GET: (request) => getCompatibility(deps.db, request),
    POST: (request) => postCompatibility(deps.db, request),
  });
  resource(app, '/v1/diagnosis', questions, { POST: postDiagnosis });
  resource(app, '/v1/telemetry', questions, { POST: (request) => postReport(deps, request) });

  operatorResource(app, '/v1/operator/root/:file', gate, {
    PUT: {
      scope: 'publish',
      action: 'root.stored',
      handle: (request, param) => operator.putRoot(stores, param('file'), request),
    },
  });
  operatorResource(app, '/v1/operator/chunks/missing', gate, {
    POST: {
      scope: 'publish',
      isUpload: true,
      handle: (request) => operator.postMissing(stores, request),
    },
  });
  operatorResource(app, '/v1/operator/chunks/:prefix/:file', gate, {
    PUT: {
      scope: 'publish',
      isUpload: true,
      handle: (request, param) =>
        operator.putChunk(stores, { prefix: param('prefix'), file: param('file') }, request),
    },
  });
  operatorResource(app, '/v1/operator/models/:vendor/:model/targets/:path{.+}', gate, {
    PUT: {
      scope: 'publish',
      isUpload: true,
      handle: ofModel((model, request, param) => operator.putTarget(stores, model, param('path'), request)),
    },
  });
  operatorResource(app, '/v1/operator/models/:vendor/:model/metadata/:file', gate, {
    PUT: {
      scope: 'publish',
      action: 'targets.published',
      handle: ofModel((model, request, param) => operator.putTargets(stores, model, param('file'), request)),
    },
  });
  operatorResource(app, '/v1/operator/models/:vendor/:model/rollout', gate, {
    PUT: {
      scope: 'rollout',
      action: 'rollout.changed',
      handle: ofModel((model, request, _, visit) => operator.putRollout(stores, model, request, visit)),
    },
  });
  operatorResource(app, '/v1/operator/reports', gate, {
    GET: { scope: 'read', handle: (request) => getReports(deps.db, request) },
  });
  operatorResource(app, '/v1/operator/tokens', gate, {
    GET: { scope: 'admin', handle: () => getTokens(deps) },
    POST: {
      scope: 'admin',
      action: 'token.created',
      handle: (request, _, visit) => postToken(deps, request, visit),
    },
  });
  operatorResource(app, '/v1/operator/tokens/:id', gate, {
    DELETE: {
      scope: 'admin',
      action: 'token.revoked',
      handle: (_, param, visit) => deleteToken(deps, param('id'), visit),
    },
  });
  operatorResource(app, '/v1/operator/audit', gate, {
    GET: { scope: 'read', handle: (request) => getAudit(deps.db, request) },
  });

  operatorResource(app, '/metrics', gate, {
    GET: { scope: 'read', handle: () => getMetrics(deps) },
  });
  resource(app, '/openapi.json', reads, { GET: serveOpenapi });
  resource(app, '/healthz', questions, { GET: () => answerHealth(repository, deps) });
  addPages(app, deps, { reads, questions });
  return app;
}

/** Handlers of one model's resources; a path that names no model id is not found. */
function ofModel<Last>(
  handle: (model: ModelId, request: Request, param: PathParameters, last: Last) => Answer,
): (request: Request, param: PathParameters, last: Last) => Answer {
  return function handleModel(request, param, last) {
    const model = parseModelId(`${param('vendor')}/${param('model')}`);
    return model === null ? null : handle(model, request, param, last);
  };
}

type Answer = Response | null | Promise<Response | null>;

/** Bugs and faults of the platform: said to the log in full, to the client not at all. */
function failed(error: Error, context: Context): Response {
  const { method, path } = context.req;
  console.error(
    JSON.stringify({
      event: 'request-failed',
      requestId: context.get('requestId'),
      method,
      path,
      message: error.message,
      stack: error.stack,
    }),
  );
  return problemResponse({
    reason: 'internal-error',
    detail: 'The request failed here. Try again; the log of the Worker says why.',
  });
}
