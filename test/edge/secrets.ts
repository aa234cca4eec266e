/** The secrets of the Worker under test. Made for tests; they protect nothing. */
import type { PrivateKey } from '../../shared/trust/keys.ts';
import type { OnlineRole } from '../../shared/trust/roles.ts';

/** Ed25519 test keys: seed and public half. */
export const onlineKeys: Readonly<Record<OnlineRole, PrivateKey>> = {
  snapshot: {
    seed: '66b7a26a5a821735c84cd18d2f2b8346135da3f1da578a6b189e7697c7268086',
    public: '6a9dccb13817b13a7db5994613f47da05f33ba29fc3d7d00df085eb6e7d3ff63',
  },
  timestamp: {
    seed: '49fa3fe8a340c1320c7ca6431e432a7a786f67b2336e7fcbcafc2f7c70c7c627',
    public: 'bd583e8611f3a2e7f46814591618ff67d43fc0ec18a9754c0f2bf7fa4704ca60',
  },
  rollout: {
    seed: 'c6ffe25da37d17a06759b3637e3a979d838a1e91a46d5fb5cc58c845a06ef71a',
    public: '630084f570163f873a7918cac3504723a3d9fe65603640ebf4aaf4579050488a',
  },
};

export const operatorToken = 'operator-token-of-the-tests';

export const edgeTestSecrets = {
  ONLINE_KEYS: JSON.stringify(onlineKeys),
  OPERATOR_TOKEN_SHA256: '11371aff22562e1c8540b6417a2429007fbbdb4ae0ffda050503b3d77632e972',
};
