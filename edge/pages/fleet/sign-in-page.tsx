/** Who is not signed in pastes a token; a browser that has it is trusted for some hours. */
import { SESSION_MAX_SECONDS } from '../limits.ts';

export function SignInPage({ isWrong }: { readonly isWrong: boolean }) {
  return (
    <>
      <h1>Fleet</h1>
      <p class="lead">
        For operators: what is rolled out to whom, how it goes, and what to stop. Paste a token that may read;
        to change a rollout it needs the scope <code>rollout</code> as well.
      </p>
      <form class="ask" action="/fleet/session" method="post">
        <div>
          <label for="token">Operator token</label>
          <p class="hint" id="token-hint">
            {`Kept in this browser for ${SESSION_MAX_SECONDS / 3600} hours, out of reach of scripts and of other sites. `}
            <code>cistern-repo tokens create</code> makes one.
          </p>
          <input
            id="token"
            name="token"
            type="password"
            required
            autocomplete="off"
            spellcheck={false}
            aria-describedby={isWrong ? 'token-wrong token-hint' : 'token-hint'}
            {...(isWrong ? { 'aria-invalid': 'true' } : {})}
          />
          {isWrong ? (
            <p class="wrong" id="token-wrong">
              This token is not one that works here: wrong, expired or revoked.
            </p>
          ) : null}
        </div>
        <div class="actions">
          <button type="submit">Sign in</button>
        </div>
      </form>
    </>
  );
}
