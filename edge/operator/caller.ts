/** Who asks, and what they may do. */
import { TOKEN_SCOPES } from '../../shared/operator-token.ts';

/** `admin` makes and revokes tokens; it belongs to the root token, and to who Cloudflare Access is told to trust so far. */
export const SCOPES = [...TOKEN_SCOPES, 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export type Caller = {
  /** As the audit log names them: `root token`, `token <id> (<name>)`, `access <who>`. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
};

export const ROOT_CALLER: Caller = { actor: 'root token', scopes: new Set(SCOPES) };
