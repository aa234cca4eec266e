/** When metadata expires, read from its text. */
import { ONLINE_ROLES, type Role } from '../../shared/trust/roles.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedFiles } from './trusted-state.ts';

/** The instant as the metadata writes it (RFC 3339); null where it says none. */
export function expiryIn(text: string | undefined): string | null {
  try {
    const expires: unknown = JSON.parse(text ?? '').signed.expires;
    return typeof expires === 'string' ? expires.slice(0, 40) : null;
  } catch {
    return null;
  }
}

/**
 * The first role that has expired at this instant (TUF 5.3.10, 5.4.4, 5.5.6, 5.6.5). tuf-js looks too, by the
 * system's clock, which may be late.
 */
export function findExpired(
  { root, files }: { readonly root: string; readonly files: TrustedFiles },
  nowMs: number,
): TrustFailure | null {
  const roles: readonly Role[] = ['root', 'timestamp', 'snapshot', 'targets', ...ONLINE_ROLES];
  for (const role of new Set(roles)) {
    const text = role === 'root' ? root : files[role];
    const expiredAt = expiryIn(text);
    if (expiredAt !== null && Date.parse(expiredAt) <= nowMs) {
      return { reason: 'metadata-expired', role, expiredAt };
    }
  }
  return null;
}
