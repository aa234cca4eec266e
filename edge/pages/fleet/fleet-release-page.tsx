/** One release: its rollout now, how it does, what may be done, what was done. */
import type { AuditEntry } from '../../../shared/operator-api.ts';
import type { RolloutEntry } from '../../../shared/rollout.ts';
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import { Crumbs } from '../parts/crumbs.tsx';
import { HealthLine } from '../parts/health-line.tsx';
import { fleetModelPath, fleetReleasePath, releasePath } from '../parts/links.ts';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { DeedsView } from './deeds-view.tsx';

type Props = {
  readonly model: string;
  readonly version: string;
  readonly name: string;
  readonly entry: RolloutEntry | undefined;
  readonly health: ReleaseHealth;
  readonly deeds: readonly AuditEntry[];
  readonly mayChange: boolean;
  /** A change was just made: what is shown is its outcome. */
  readonly isDone: boolean;
  readonly wrong: string | null;
  readonly nowMs: number;
};

export function FleetReleasePage(props: Props) {
  const { model, version, name, entry, health, deeds, mayChange, isDone, wrong, nowMs } = props;
  const now = rolloutSaid(entry, nowMs);
  return (
    <>
      <Crumbs
        way={[
          { path: '/fleet', name: 'Fleet' },
          { path: fleetModelPath(model), name },
        ]}
      />
      <h1 class="version">{version}</h1>
      <p class="lead">
        <a href={releasePath(model, version)}>What everybody sees of it</a>
      </p>
      {isDone ? (
        <p class="done good" role="status">
          Done. Devices hear of it with their next poll.
        </p>
      ) : null}
      {wrong === null ? null : (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <VerdictBox tone={now.tone} title={`Rollout: ${now.word}`}>
        <p>{now.sentence}</p>
      </VerdictBox>
      <h2>How it does</h2>
      <HealthLine health={health} />
      <h2>What may be done</h2>
      {mayChange ? (
        <Actions path={`${fleetReleasePath(model, version)}/confirm`} entry={entry} />
      ) : (
        <p>This token may read, and not change a rollout.</p>
      )}
      <h2>What was done</h2>
      <DeedsView entries={deeds} />
    </>
  );
}

type ActionProps = { readonly path: string; readonly entry: RolloutEntry | undefined };

/** Each form leads to a page that shows what would change; nothing is done before that is confirmed. */
function Actions({ path, entry }: ActionProps) {
  if (entry?.state === 'recalled') return <p>Nothing: a recall is final. Publish a new version instead.</p>;
  return (
    <div class="cards">
      {entry?.state === 'halted' ? <Resume path={path} /> : <Offer path={path} entry={entry} />}
      {entry?.state === 'running' ? (
        <Stop
          path={path}
          action="halt"
          title="Halt"
          about="No device begins it any more. It can be resumed."
        />
      ) : null}
      <Stop
        path={path}
        action="recall"
        title="Recall"
        about="No device installs it ever again, and those that run it are told. This is final."
      />
    </div>
  );
}

function Offer({ path, entry }: ActionProps) {
  return (
    <form class="card" action={path} method="get">
      <h3>Offer to more or fewer</h3>
      <input type="hidden" name="action" value="offer" />
      <p>
        <label for="percentage">Percent of devices</label>
        <input
          id="percentage"
          name="percentage"
          type="number"
          min="0"
          max="100"
          step="any"
          required
          value={String(entry?.percentage ?? 0)}
        />
      </p>
      <p>
        <label for="channel">Channel</label>
        <select id="channel" name="channel">
          {(['stable', 'beta'] as const).map((channel) => (
            <option value={channel} {...((entry?.channel ?? 'stable') === channel ? { selected: true } : {})}>
              {channel}
            </option>
          ))}
        </select>
      </p>
      <button type="submit">Show what changes</button>
    </form>
  );
}

function Resume({ path }: { readonly path: string }) {
  return (
    <form class="card" action={path} method="get">
      <h3>Resume</h3>
      <input type="hidden" name="action" value="resume" />
      <p class="soft">It is offered again as before. What was reported until now does not halt it again.</p>
      <button type="submit">Show what changes</button>
    </form>
  );
}

type StopProps = {
  readonly path: string;
  readonly action: 'halt' | 'recall';
  readonly title: string;
  readonly about: string;
};

function Stop({ path, action, title, about }: StopProps) {
  return (
    <form class="card" action={path} method="get">
      <h3>{title}</h3>
      <p class="soft">{about}</p>
      <input type="hidden" name="action" value={action} />
      <p>
        <label for={`${action}-why`}>Why</label>
        <input id={`${action}-why`} name="why" required maxlength={1000} autocomplete="off" />
      </p>
      <button class="quiet" type="submit">
        Show what changes
      </button>
    </form>
  );
}
