/** Who may do what, resource by resource: `anyone`, or whoever has the scope. A route that is not here fails a test. */
import type { Scope } from '../../edge/operator/caller.ts';

export const AUTHORISATION: Readonly<Record<string, Readonly<Record<string, 'anyone' | Scope>>>> = {
  '/v1/models': { GET: 'anyone' },
  '/v1/models/:vendor/:model': { GET: 'anyone' },
  '/v1/models/:vendor/:model/metadata/:file': { GET: 'anyone' },
  '/v1/models/:vendor/:model/targets/:path{.+}': { GET: 'anyone' },
  '/v1/models/:vendor/:model/poll': { GET: 'anyone' },
  '/v1/chunks/:prefix/:file': { GET: 'anyone' },
  '/v1/compatibility': { GET: 'anyone', POST: 'anyone' },
  '/v1/diagnosis': { POST: 'anyone' },
  // A stranger's report is refused for its signature: that of a device, not of an operator.
  '/v1/telemetry': { POST: 'anyone' },

  '/v1/operator/root/:file': { PUT: 'publish' },
  '/v1/operator/chunks/missing': { POST: 'publish' },
  '/v1/operator/chunks/:prefix/:file': { PUT: 'publish' },
  '/v1/operator/models/:vendor/:model/targets/:path{.+}': { PUT: 'publish' },
  '/v1/operator/models/:vendor/:model/metadata/:file': { PUT: 'publish' },
  '/v1/operator/models/:vendor/:model/rollout': { PUT: 'rollout' },
  '/v1/operator/reports': { GET: 'read' },
  '/v1/operator/audit': { GET: 'read' },
  '/v1/operator/tokens': { GET: 'admin', POST: 'admin' },
  '/v1/operator/tokens/:id': { DELETE: 'admin' },

  '/': { GET: 'anyone' },
  '/models': { GET: 'anyone' },
  '/models/:vendor/:model': { GET: 'anyone' },
  '/models/:vendor/:model/releases/:version': { GET: 'anyone' },
  '/diagnose': { GET: 'anyone', POST: 'anyone' },
  '/docs': { GET: 'anyone' },
  '/fleet': { GET: 'read' },
  '/fleet/session': { POST: 'anyone' },
  '/fleet/session/end': { POST: 'anyone' },
  '/fleet/models/:vendor/:model': { GET: 'read' },
  '/fleet/models/:vendor/:model/releases/:version': { GET: 'read', POST: 'rollout' },
  '/fleet/models/:vendor/:model/releases/:version/confirm': { GET: 'rollout' },
  '/style/:file': { GET: 'anyone' },
  '/icon.svg': { GET: 'anyone' },
  '/metrics': { GET: 'read' },
  '/openapi.json': { GET: 'anyone' },
  '/healthz': { GET: 'anyone' },
  '/problems/:code': { GET: 'anyone' },
};

/** What stands in for a path's parameters: of the right form, so that nothing is refused for it before it is judged. */
const PARAMETERS: Readonly<Record<string, string>> = {
  vendor: 'quectel',
  model: 'ec25euga-m4g',
  file: '1.root.json',
  prefix: 'aaaa',
  version: 'EC25EUGAR06A05M4G_01.003.01.003',
  id: '0123456789abcdef',
  code: 'unauthorized',
  path: `quectel/ec25euga-m4g/${'a'.repeat(64)}.model.json`,
};

/** A path that a request can ask for. */
export function samplePath(route: string): string {
  return route.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => {
    const value = PARAMETERS[name];
    if (value === undefined) throw new Error(`no sample of :${name} for ${route}`);
    return value;
  });
}
