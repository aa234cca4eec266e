/** Arguments read strictly; what they throw becomes the usage message. */
import { type FirmwareVersion, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { repositoryBase } from '../repository/addresses.ts';

export function modelArgument(text: string): ModelId {
  const model = parseModelId(text);
  if (model === null) throw new SyntaxError(`"${text}" is not a model id such as quectel/ec25euga-m4g`);
  return model;
}

export function versionArgument(text: string): FirmwareVersion {
  const version = parseFirmwareVersion(text);
  if (!version.ok)
    throw new SyntaxError(`"${text.slice(0, 100)}" is not a version such as EC25EUGAR08A03M4G_01.200.01.200`);
  return version.value;
}

export function repositoryArgument(text: string): string {
  const base = repositoryBase(text);
  if (base === null) throw new SyntaxError(`"${text}" is not an http or https address`);
  return base;
}

/** Where the operator token is sent: in the clear to this machine alone, because whoever reads it may roll out. */
export function operatorArgument(text: string): string {
  const base = repositoryArgument(text);
  const { protocol, hostname } = new URL(base);
  if (protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return base;
  throw new SyntaxError(`"${text}" would carry the operator token in the clear; give an https address`);
}

export function percentageArgument(text: string): number {
  const percentage = Number(text);
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(text) || percentage > 100)
    throw new SyntaxError(`"${text}" is not a share between 0 and 100`);
  return percentage;
}

export function dateArgument(text: string): string {
  const isDate =
    /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
  if (!isDate) throw new SyntaxError(`"${text}" is not a date such as 2026-11-23`);
  return text;
}

export const textArgument = (text: string): string => text;
