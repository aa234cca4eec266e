/** The closed list of reasons with their status, title and explanation. Adding one is adding a line. */

type Entry = { readonly status: number; readonly title: string; readonly about: string };

export const problemTable = {
  'invalid-request': {
    status: 400,
    title: 'The request is not one this resource understands',
    about: 'A query parameter or the body is missing, malformed or unknown. `detail` and `errors` say which.',
  },
  'signature-invalid': {
    status: 401,
    title: 'The report is not signed as it must be',
    about:
      'Content-Digest, Signature-Input and Signature (RFC 9421, RFC 9530) must match the body, be made by the key in the report, and be recent. Check the clock of the device. Which check failed is not said.',
  },
  'fleet-token-needed': {
    status: 401,
    title: 'This repository takes the reports of its own fleet',
    about:
      'Reports carry `Authorization: Bearer <fleet token>` beside the signature of the device. Give the updater the token (`fleetToken`); it keeps its reports until they are taken.',
  },
  unauthorized: {
    status: 401,
    title: 'An operator token is needed',
    about:
      'Send `Authorization: Bearer <operator token>`. None came, or one that is wrong, expired or revoked; which of these is not said.',
  },
  forbidden: {
    status: 403,
    title: 'This token is not made for that',
    about:
      'A token has scopes: read, rollout, publish. WWW-Authenticate of the answer names the one that is needed; tokens are made with the root token.',
  },
  'not-found': {
    status: 404,
    title: 'Nothing is here',
    about: 'No such path, model, file or chunk. Publishing may be under way: try again later.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This resource does not take that method',
    about: 'The Allow field of the answer lists the methods it takes.',
  },
  'already-exists': {
    status: 409,
    title: 'Other bytes are stored under this name',
    about:
      'What is published is never replaced. Publish under the next version, or send the bytes that are there.',
  },
  'too-many-tokens': {
    status: 409,
    title: 'There are as many operator tokens as are kept',
    about: 'Tokens go 400 days after they ended. Until then give one token to what does one job.',
  },
  'publication-raced': {
    status: 409,
    title: 'Somebody else published for this model at the same time',
    about: 'Nothing was lost. Read the current metadata, build on it, and publish again.',
  },
  'online-keys-not-trusted': {
    status: 409,
    title: 'The keys of this Worker are not those the root trusts',
    about:
      'The secret ONLINE_KEYS and the snapshot and timestamp roles of root must name the same keys. Install the matching secret, or publish a root that lists them.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The stored version is not the one asked for',
    about:
      'If-Match or If-Unmodified-Since did not hold (RFC 9110 section 13). Fetch again without them; what was to be replaced, read again and change that.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is larger than this resource takes',
    about: '`detail` says how many bytes are taken. Send less at a time.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not of a type this resource takes',
    about: 'JSON is sent as `Content-Type: application/json`.',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'The range lies past the end',
    about:
      'Content-Range of the answer gives the length (RFC 9110 section 15.5.17). Ask for a range that begins before it.',
  },
  'body-invalid': {
    status: 422,
    title: 'The body does not say what it must',
    about: 'The JSON is well-formed, and a field is missing, unknown or out of range. `errors` points at it.',
  },
  'chunk-invalid': {
    status: 422,
    title: 'The chunk is not what its name says',
    about: 'A chunk is one zstd frame of 1 MiB at most, and the SHA-256 of what it holds is its id.',
  },
  'target-invalid': {
    status: 422,
    title: 'The target is not what its path says',
    about:
      'The path begins with the model and holds the SHA-256 of the bytes; JSON follows the schema of its kind; a .caibx is a readable index.',
  },
  'root-invalid': {
    status: 422,
    title: 'The root is not acceptable',
    about:
      'A root follows the current one by one version, is signed by the threshold of both (TUF 5.3), is not expired, and names the online keys of this Worker.',
  },
  'metadata-invalid': {
    status: 422,
    title: 'The metadata is not acceptable',
    about:
      'Targets metadata is signed by the targets role of the current root, is the next version, not expired, made for this model, and delegates `rollout` to the online rollout key.',
  },
  'target-missing': {
    status: 422,
    title: 'A target that the metadata lists is not stored',
    about:
      'Upload every target first, then the metadata that lists it. `detail` names the first that is missing.',
  },
  'chunk-missing': {
    status: 422,
    title: 'A chunk that a package index lists is not stored',
    about: 'Upload every chunk first, then the metadata. `detail` names the first that is missing.',
  },
  'release-invalid': {
    status: 422,
    title: 'A release does not hold together',
    about: 'Manifest, file name, package index and model must agree. `detail` says what does not.',
  },
  'rollout-invalid': {
    status: 422,
    title: 'The rollout is not acceptable',
    about:
      'A rollout is of this model, lists only releases that the targets role lists, and keeps what was recalled recalled.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    about: 'Wait as long as Retry-After says, then go on.',
  },
  'internal-error': {
    status: 500,
    title: 'The repository failed',
    about: 'A defect or a fault of what it stands on. Nothing was half published; try again.',
  },
  'reports-not-taken': {
    status: 503,
    title: 'Reports cannot be taken at the moment',
    about:
      'The queue for reports does not answer. Firmware is served as ever; keep the report and send it again.',
  },
  misconfigured: {
    status: 500,
    title: 'The repository is not set up',
    about: 'A binding or a secret is missing or unreadable. The log of the Worker names it.',
  },
} as const satisfies Record<string, Entry>;

export type ProblemReason = keyof typeof problemTable;
