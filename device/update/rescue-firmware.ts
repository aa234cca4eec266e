/** The firmware for a modem that cannot say what it is: as a person named it, from a disk or from the repository. */
import type { ModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import type { LocalPackage } from '../package/open-local-package.ts';
import { refreshRepository } from '../repository/refresh-repository.ts';
import type { UpdatePorts } from './attempt.ts';
import { localOrigin } from './local-origin.ts';
import { repositoryOrigin } from './repository-origin.ts';
import type { RescueFirmware } from './rescue.ts';
import { findNamedRelease } from './resolve.ts';

export function localFirmware(local: LocalPackage): RescueFirmware {
  const { entry, version } = local;
  return {
    model: entry.model,
    version: version.text,
    open: async () => ok({ origin: localOrigin(local, null), entry }),
  };
}

export function publishedFirmware(
  named: { readonly model: ModelId; readonly version: string; readonly channel: 'stable' | 'beta' },
  ports: UpdatePorts,
): RescueFirmware {
  const { model, version, channel } = named;
  return {
    model,
    version,
    open: async (signal) => {
      const { stateDir, repositoryUrl, pinnedRoot, http, clock } = ports;
      const view = await refreshRepository(
        { stateDir, model, pinnedRoot, repositoryUrl, http, clock },
        signal,
      );
      if (!view.ok) return view;
      const { releases, rollout, entry, nowMs } = view.value;
      const device = { deviceId: ports.identity.deviceId, channel, nowMs };
      const manifest = await findNamedRelease({ releases, rollout, wanted: version, device });
      if (!manifest.ok) return manifest;
      // What nights of a bad line have spent does not keep a modem in EDL.
      const origin = repositoryOrigin(view.value, manifest.value, { ...ports, budgetIsOf: 'this-run' });
      return ok({ origin, entry });
    },
  };
}
