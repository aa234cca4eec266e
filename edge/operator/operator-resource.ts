/**
 * An operator's resource: who asks is found out, judged by the scope the method wants, answered, and written to the
 * audit log. A method without an action leaves no trace there: it reads, or it stores what nothing shows yet.
 */
import type { Context, Hono } from 'hono';
import type { AuditEntry } from '../../shared/operator-api.ts';
import type { Rates } from '../bindings.ts';
import { problemResponse } from '../http/problem.ts';
import { answerCounted, answerRefused } from '../http/rate-limit.ts';
import { type Handler, type Method, type PathParameters, resource } from '../http/resource.ts';
import { AUDIT_DETAIL_MAX_CHARS, AUDIT_TARGET_MAX_CHARS } from '../limits.ts';
import { type Authority, identifyCaller } from './authorize.ts';
import type { Caller, Scope } from './caller.ts';

/** What was done, where an answer says more than its path: the handler tells the visit. */
export type Deed = Pick<AuditEntry, 'action' | 'target' | 'detail'> & {
  /** Where the status does not tell what became of it. */
  readonly outcome?: 'done' | 'unchanged';
};

export type Visit = {
  readonly caller: Caller;
  /** Replaces the entry that path and status would make; may be called for several things done at once. */
  readonly did: (deed: Deed) => void;
};

export type OperatorMethod = {
  readonly scope: Scope;
  /** As the audit log names it; absent for what is not audited. */
  readonly action?: string;
  /** Publishing sends hundreds of these in seconds, none of which shows anything yet: they are not counted. */
  readonly isUpload?: true;
  readonly handle: (
    request: Request,
    param: PathParameters,
    visit: Visit,
  ) => Response | null | Promise<Response | null>;
};

export type OperatorGate = Authority & {
  readonly rates: Pick<Rates, 'refusals' | 'questions'>;
  /** Never throws: what was done stays done, whatever becomes of its entry. */
  readonly audit: (entries: readonly AuditEntry[]) => Promise<void>;
};

export function operatorResource(
  app: Hono,
  path: string,
  gate: OperatorGate,
  methods: Partial<Record<Method, OperatorMethod>>,
): void {
  const handlers = Object.entries(methods).map(([name, method]) => [name, guarded(gate, method)]);
  resource(app, path, [], Object.fromEntries(handlers));
}

function guarded(gate: OperatorGate, method: OperatorMethod): Handler {
  return async function handleVisit(request, param, context) {
    const caller = await identifyCaller(request, gate);
    if (caller === null) return answerRefused(gate.rates.refusals, request, unauthorized);
    const visit = () => answerVisit(gate, method, { caller, request, param, context });
    if (method.isUpload === true) return visit();
    context.set('actor', caller.actor);
    return answerCounted({ limiter: gate.rates.questions, policy: 'questions', key: caller.actor }, visit);
  };
}

type Visitor = {
  readonly caller: Caller;
  readonly request: Request;
  readonly param: PathParameters;
  readonly context: Context;
};

async function answerVisit(
  gate: OperatorGate,
  method: OperatorMethod,
  { caller, request, param, context }: Visitor,
): Promise<Response | null> {
  const { action } = method;
  const entry = (deed: Deed, outcome: AuditEntry['outcome'], status: number): AuditEntry => ({
    id: crypto.randomUUID(),
    at: new Date(gate.nowMs()).toISOString(),
    actor: caller.actor,
    action: deed.action,
    target: deed.target.slice(0, AUDIT_TARGET_MAX_CHARS),
    detail: deed.detail.slice(0, AUDIT_DETAIL_MAX_CHARS),
    outcome: outcome === 'refused' ? outcome : (deed.outcome ?? outcome),
    status,
    requestId: requestIdOf(context),
  });
  const plain = { action: action ?? '', target: targetOf(context), detail: '' };
  if (!caller.scopes.has(method.scope)) {
    if (action !== undefined) await gate.audit([entry(plain, 'refused', 403)]);
    return forbidden(method.scope);
  }
  const deeds: Deed[] = [];
  const visit = { caller, did: (deed: Deed) => void deeds.push(deed) };
  try {
    const answer = await method.handle(request, param, visit);
    if (action !== undefined && answer !== null) {
      const outcome = outcomeOf(answer.status);
      await gate.audit(
        (deeds.length === 0 ? [plain] : deeds).map((deed) => entry(deed, outcome, answer.status)),
      );
    }
    return answer;
  } catch (error) {
    if (action !== undefined) await gate.audit([entry(plain, 'failed', 500)]);
    throw error;
  }
}

/** By what every mutation answers: 201 changed something, 200 found it so. */
function outcomeOf(status: number): AuditEntry['outcome'] {
  if (status === 201) return 'done';
  return status < 300 ? 'unchanged' : 'refused';
}

function targetOf(context: Context): string {
  return context.req.path.replace('/v1/operator/', '');
}

function requestIdOf(context: Context): string {
  return context.get('requestId');
}

function unauthorized(): Response {
  return problemResponse({
    reason: 'unauthorized',
    detail: 'Send `Authorization: Bearer <operator token>`.',
    headers: { 'www-authenticate': 'Bearer realm="cistern operator"' },
  });
}

/** RFC 6750 section 3.1: the challenge of a 403 names the scope that is needed. */
function forbidden(scope: Scope): Response {
  return problemResponse({
    reason: 'forbidden',
    detail: `This token is not made for that: it lacks the scope ${scope}. Nothing was changed.`,
    headers: {
      'www-authenticate': `Bearer realm="cistern operator", error="insufficient_scope", scope="${scope}"`,
    },
  });
}
