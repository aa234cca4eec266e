/** The pages' part of the route table. Each works without a script; what asks something costs like a question. */
import type { Hono, MiddlewareHandler } from 'hono';
import { parseModelId } from '../../shared/model.ts';
import { type PathParameters, resource } from '../http/resource.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { getDiagnose, postDiagnose } from './diagnose/handlers.tsx';
import { getDocs } from './docs/get-docs.tsx';
import { addFleet } from './fleet/fleet-routes.ts';
import type { Door } from './fleet/session-handlers.tsx';
import { getLookUp } from './lookup/get-look-up.ts';
import { getModel } from './models/get-model.tsx';
import { getModels } from './models/get-models.tsx';
import { getRelease } from './models/get-release.tsx';
import { serveIcon } from './parts/mark.tsx';
import { getProblem } from './problems/get-problem.tsx';
import { serveStyle } from './serve-style.ts';

/** What the door of the fleet needs, and the bucket. */
type PageDeps = Door & { readonly firmware: ObjectStore };
type Guards = {
  readonly reads: readonly MiddlewareHandler[];
  readonly questions: readonly MiddlewareHandler[];
};

export function addPages(app: Hono, deps: PageDeps, { reads, questions }: Guards): void {
  const { db, firmware, nowMs } = deps;
  const stores = { db, bucket: firmware, nowMs };

  resource(app, '/', questions, { GET: (request) => getLookUp(stores, request) });
  resource(app, '/models', questions, { GET: (request) => getModels(db, request) });
  resource(app, '/models/:vendor/:model', questions, {
    GET: (_, param) => {
      const model = modelIn(param);
      return model === null ? null : getModel(stores, model);
    },
  });
  resource(app, '/models/:vendor/:model/releases/:version', questions, {
    GET: (_, param) => {
      const model = modelIn(param);
      return model === null ? null : getRelease(stores, model, param('version'));
    },
  });
  resource(app, '/diagnose', questions, { GET: getDiagnose, POST: postDiagnose });
  resource(app, '/docs', reads, { GET: getDocs });
  resource(app, '/problems/:code', reads, { GET: (request, param) => getProblem(param('code'), request) });
  resource(app, '/style/:file', reads, { GET: (_, param) => serveStyle(param('file')) });
  resource(app, '/icon.svg', reads, { GET: serveIcon });
  addFleet(app, deps, stores, questions);
}

function modelIn(param: PathParameters) {
  return parseModelId(`${param('vendor')}/${param('model')}`);
}
