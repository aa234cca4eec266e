/** Arguments read strictly; what they throw becomes the usage message. */
import { type FirmwareVersion, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { TOKEN_ID, TOKEN_SCOPES, type TokenScope } from '../../shared/operator-token.ts';
import type { OfflineRole } from '../keys/root-change.ts';
import { parseLocation, type RepositoryLocation, type StoreLocation } from '../store/location.ts';

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

export function locationArgument(text: string): RepositoryLocation {
  const location = parseLocation(text);
  if (location === null)
    throw new SyntaxError(
      `"${text}" is neither an address, nor s3://BUCKET[/PREFIX] or r2://BUCKET[/PREFIX], nor a directory (one called s3 is ./s3)`,
    );
  return location;
}

/** A mirror is written to as a store; a Worker takes what is published to it, and no copies. */
export function storeArgument(text: string): StoreLocation {
  const location = locationArgument(text);
  if (location.kind !== 'address') return location;
  throw new SyntaxError(`"${text}" is the address of a server; give a directory, s3://bucket or r2://bucket`);
}

/** Where the operator token is sent: in the clear to this machine alone, because whoever reads it may roll out. */
export function writableArgument(text: string): RepositoryLocation {
  const location = locationArgument(text);
  if (location.kind !== 'address') return location;
  const { protocol, hostname } = new URL(location.base);
  if (protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return location;
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

/** Answers the instant as documents write it, to the millisecond. */
export function instantArgument(text: string): string {
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/.test(text);
  const instant = new Date(isInstant ? text : Number.NaN);
  // What the calendar does not have is read as a day of the next month.
  if (!Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text.slice(0, -1)))
    return instant.toISOString();
  throw new SyntaxError(`"${text.slice(0, 40)}" is not an instant in UTC such as 2026-12-01T02:00Z`);
}

export function channelArgument(text: string): 'stable' | 'beta' {
  if (text === 'stable' || text === 'beta') return text;
  throw new SyntaxError(`"${text.slice(0, 40)}" is neither stable nor beta`);
}

export function offlineRoleArgument(text: string): OfflineRole {
  if (text === 'root' || text === 'targets') return text;
  throw new SyntaxError(`"${text.slice(0, 40)}" is neither root nor targets`);
}

/** A key id, or at least eight digits of its beginning. */
export function keyArgument(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new SyntaxError(
    `"${text.slice(0, 80)}" is not a key id: 8 to 64 hex digits, as "keys show" lists them`,
  );
}

export function publicKeyArgument(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new SyntaxError('a public key is 64 hex digits, as "keys new" prints them');
}

export function thresholdArgument(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new SyntaxError(`"${text.slice(0, 40)}" is not a number of keys`);
}

/** At least one: what was uploaded a moment ago is somebody's publication. */
export function daysArgument(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new SyntaxError(`"${text.slice(0, 40)}" is not a number of days, at least 1`);
}

export function scopeArgument(text: string): TokenScope {
  const scope = TOKEN_SCOPES.find((known) => known === text);
  if (scope !== undefined) return scope;
  throw new SyntaxError(`"${text.slice(0, 40)}" is none of ${TOKEN_SCOPES.join(', ')}`);
}

export function tokenIdArgument(text: string): string {
  if (TOKEN_ID.test(text)) return text;
  throw new SyntaxError(
    `"${text.slice(0, 80)}" is not a token id: 16 hex digits, as "tokens list" shows them`,
  );
}

export const textArgument = (text: string): string => text;
