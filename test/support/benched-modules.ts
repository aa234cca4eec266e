/** Modules that no catalogue has, ready to be flashed. */
import { EMMC_NEW_VERSION, EMMC_OLD_VERSION, emmcEntry, writeEmmcPackage } from '../firmware/emmc-package.ts';
import {
  SDX55_NEW_VERSION,
  SDX55_OLD_VERSION,
  sdx55Entry,
  writeSdx55Package,
} from '../firmware/sdx55-package.ts';
import { rg650v, rm500qGl } from '../modem/models.ts';
import { ModuleBench } from './module-bench.ts';

export function emmcBench(): Promise<ModuleBench> {
  return ModuleBench.of({
    model: rg650v,
    oldVersion: EMMC_OLD_VERSION,
    newVersion: EMMC_NEW_VERSION,
    entry: emmcEntry(),
    writePackage: writeEmmcPackage,
  });
}

export function sdx55Bench(): Promise<ModuleBench> {
  return ModuleBench.of({
    model: rm500qGl,
    oldVersion: SDX55_OLD_VERSION,
    newVersion: SDX55_NEW_VERSION,
    entry: sdx55Entry(),
    writePackage: writeSdx55Package,
  });
}
