/**
 * What a catalogue would say of a simulated module: what all of them share, and what its identity says. Such entries
 * stand in no catalogue: no such hardware was measured.
 */
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { ModuleModel } from '../modem/models.ts';
import type { Partition } from '../modem/partitions.ts';

type Own = Pick<ModelEntry, 'model' | 'name' | 'hardware' | 'flashMethod' | 'storage'> & {
  /** Of normal mode. */
  readonly usbId: string;
  readonly partitions: readonly Partition[];
};

export function simulatedEntry(
  { chip, hardwareId, rootKeyHash }: Pick<ModuleModel, 'chip' | 'hardwareId' | 'rootKeyHash'>,
  { usbId, partitions, ...own }: Own,
): ModelEntry {
  return {
    format: 'cistern-model/1',
    vendor: 'quectel',
    flash: 'M4G',
    chip,
    ...own,
    usb: { normal: [usbId], edl: ['05c6:9008'], diagInterface: 0, atInterface: 2 },
    programmerImageId: 13,
    edlHardware: { msmIds: [hardwareId.slice(0, 8)], oemKeyHashes: [rootKeyHash] },
    protectedRanges: partitions
      .filter(({ role }) => role === 'protected')
      .map(({ name, startSector, sectorCount }) => ({ name, startSector, sectorCount })),
    edges: [],
    knownIssues: [],
    routers: [],
    sources: ['test/modem/models.ts'],
  };
}
