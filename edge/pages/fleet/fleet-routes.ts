/**
 * The fleet's part of the route table: every page but the door is behind a token that may read, and counted by who
 * holds it; the door is counted by address.
 */
import type { Hono, MiddlewareHandler } from 'hono';
import { parseModelId } from '../../../shared/model.ts';
import { resource } from '../../http/resource.ts';
import { type FleetStores, getFleet } from './get-fleet.tsx';
import { getFleetModel } from './get-fleet-model.tsx';
import { guarded } from './guarded.tsx';
import { getConfirm, getFleetRelease, postChange } from './release-handlers.tsx';
import { type Door, signIn, signOut } from './session-handlers.tsx';

export function addFleet(
  app: Hono,
  door: Door,
  stores: FleetStores,
  questions: readonly MiddlewareHandler[],
): void {
  const release = '/fleet/models/:vendor/:model/releases/:version';

  resource(app, '/fleet', [], { GET: guarded(door, 'read', (visit) => getFleet(stores, visit)) });
  resource(app, '/fleet/session', questions, {
    POST: (request, _, context) => signIn(request, door, context),
  });
  resource(app, '/fleet/session/end', questions, { POST: signOut });
  resource(app, '/fleet/models/:vendor/:model', [], {
    GET: guarded(door, 'read', async ({ param }) => {
      const model = parseModelId(`${param('vendor')}/${param('model')}`);
      return model === null ? null : getFleetModel(stores, model);
    }),
  });
  resource(app, release, [], {
    GET: guarded(door, 'read', (visit) => getFleetRelease(stores, visit)),
    POST: guarded(door, 'rollout', (visit) => postChange(app, stores, visit)),
  });
  resource(app, `${release}/confirm`, [], {
    GET: guarded(door, 'rollout', (visit) => getConfirm(stores, visit)),
  });
}
