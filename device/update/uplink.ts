/** The repository as an attempt under way sees it, and what stands in its place where none is asked. */
import { err } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { noWay } from '../http/no-way.ts';
import { deliverReports } from '../report/deliver.ts';
import { waitingReports } from '../report/spool.ts';
import type { FlashPorts, ModemPorts, UpdatePorts } from './attempt.ts';
import { fillStage, tellCost } from './fill-stage.ts';

export function withUplink(ports: UpdatePorts): FlashPorts {
  return {
    ...ports,
    uplink: {
      fetch: ({ stage, documents, copy }, signal) => {
        tellCost(documents.manifest.package.storedBytes, ports);
        // The modem may lie half written: what earlier runs have spent does not keep it there.
        return fillStage(stage, documents, { ...withCopy(copy, ports), budgetIsOf: 'this-run' }, signal);
      },
      deliver: (signal, unspooled) => deliverReports(ports, signal, unspooled),
    },
  };
}

function withCopy<P extends Pick<UpdatePorts, 'download'>>(copy: string | null, ports: P): P {
  if (copy === null) return ports;
  const { download } = ports;
  return { ...ports, download: { ...download, mirrors: [copy, ...download.mirrors] } };
}

/**
 * Nothing goes over the network: reports wait for the next update, and what no copy on a disk holds stays missing,
 * for `why`.
 */
export function withoutUplink(
  ports: ModemPorts,
  why: UpdateFailure,
  { keepCopyIn }: { readonly keepCopyIn: string | null } = { keepCopyIn: null },
): FlashPorts {
  const download = { mirrors: [], limits: {}, keepCopyIn };
  const fromDisks = {
    ...ports,
    http: NOBODY,
    random: () => 0,
    repositoryUrl: 'no repository',
    download,
    // Nothing is paid for: a budget that earlier runs have spent is not what stands in the way.
    budgetIsOf: 'this-run' as const,
  };
  return {
    ...ports,
    uplink: {
      fetch: async ({ stage, documents, copy }, signal) => {
        const filled = await fillStage(stage, documents, withCopy(copy, fromDisks), signal);
        return !filled.ok && filled.failure.reason === 'address-refused' ? err(why) : filled;
      },
      deliver: async (_, unspooled) => {
        const waiting = (await waitingReports(ports.stateDir)).length + unspooled.length;
        return { delivered: [], waiting, why: 'no repository is asked' };
      },
    },
  };
}

const NOBODY = noWay({ reason: 'address-refused', url: 'none', why: 'not-an-address' });
